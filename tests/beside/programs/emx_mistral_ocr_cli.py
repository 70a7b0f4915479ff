# /// script
# dependencies = ["emx-mistral-ocr-cli==0.1.3", "mistralai<2"]
# ///
import stage
from mistral_ocr_cli import main

stage.command(main, stage.pdf(), "--out", "paper.md")
stage.command(main, stage.pdf(), "--out", "paper.html", "--no-images")
