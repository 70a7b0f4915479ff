# /// script
# dependencies = ["mistral-pdf2txt==1.0.3", "mistralai<2"]
# ///
import stage
from mistral_pdf2txt.cli import main

stage.command(main, "--pdf_path", stage.pdf(), "--output_path", "paper.txt")
