# /// script
# dependencies = ["upspawn-ocr-cli==0.1.0b4"]
# ///
import stage
from ocr.cli import main

stage.command(main, "process", stage.pdf(), "--quiet")
