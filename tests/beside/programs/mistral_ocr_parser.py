# /// script
# dependencies = ["mistral-ocr-parser==0.1.0", "mistralai<2"]
# ///
import stage
from mistral_ocr.parser import main

stage.command(main, "-i", stage.pdf(), "-o", "paper.md")
