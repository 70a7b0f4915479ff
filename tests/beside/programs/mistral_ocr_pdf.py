# /// script
# dependencies = ["mistral-ocr-pdf==0.1.0", "mistralai<2"]
# [tool.beside]
# newer = ["blocks", "confidence_scores"]
# ///
import stage
from mistral_ocr_pdf import main

stage.command(main, stage.pdf(), "--output-json", "answer.json")
