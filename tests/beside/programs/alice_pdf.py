# /// script
# dependencies = ["alice-pdf==0.2.0"]
# ///
import stage
from alice_pdf.cli import main

stage.command(main, stage.pdf(), "out", "--engine", "mistral-ocr")
stage.command(main, stage.pdf(), "out2", "--engine", "mistral")
