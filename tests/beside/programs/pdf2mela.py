# /// script
# dependencies = ["pdf2mela==0.1.1", "mistralai<2"]
# ///
import stage
from pdf2mela.cli import cli

stage.command(cli, "--inputs", stage.pdf(), "--output", "out")
