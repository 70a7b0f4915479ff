# /// script
# dependencies = ["read-pdf-tool==0.3.0"]
# ///
import stage
from read_pdf_tool.cli import main

stage.command(main, stage.pdf(), "--provider", "mistral", "-o", "paper.md", "--json")
