# /// script
# dependencies = ["pdf2html-ai==0.1.3", "mistralai<2"]
# ///
import stage
from pdf2html_ai.processor import main

stage.command(main, "--file", stage.pdf(), "-o", "paper.html")
