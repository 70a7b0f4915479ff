# /// script
# dependencies = ["mistral-pdf-to-markdown==1.2.1"]
# ///
import stage
from mistral_pdf_to_markdown.main import cli

stage.command(cli, "convert", stage.pdf())
stage.command(cli, "convert-dir", ".", "-o", "out")
