# /// script
# dependencies = ["mistral-ocr-cli==1.2.0"]
# ///
import stage
from mistral_ocr.cli import main

stage.command(main, stage.png(), "--quiet")
stage.command(main, stage.pdf(), "--quiet")
