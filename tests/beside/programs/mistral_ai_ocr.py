# /// script
# dependencies = ["mistral-ai-ocr==1.5", "mistralai<2"]
# [tool.beside]
# newer = ["blocks", "confidence_scores"]
# ///
import stage
from mistral_ai_ocr.__main__ import main

stage.command(main, stage.png(), "-m", "FULL", "-o", "out", "-d", "72")
stage.command(main, "-j", "out/dot.json", "-m", "TEXT_NO_PAGES", "-o", "again")
