# /// script
# dependencies = ["mistral-ocr-tool==1.3.1"]
# [tool.beside]
# newer = ["blocks", "confidence_scores"]
# ///
import stage
from mistral_ocr import main

stage.command(main, stage.pdf(), "--render-html", "never")
stage.command(main, stage.png(), "--json")
stage.command(main, stage.pdf(), "-o", "out", "--include-images")
