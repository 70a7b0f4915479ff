# /// script
# dependencies = ["mistral-ocr==0.6.0", "mistralai<2"]
# ///
import stage
from mistral_ocr.cli import main

stage.command(main, stage.pdf(), "--images")
stage.command(main, stage.png())
stage.command(main, "https://arxiv.org/pdf/2201.04234")
