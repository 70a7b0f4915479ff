# /// script
# dependencies = ["moxtral==0.5.0"]
# ///
import stage
from moxtral.cli.main import cli

stage.command(cli, "ocr", stage.pdf())
stage.command(cli, "transcribe", stage.wav())
