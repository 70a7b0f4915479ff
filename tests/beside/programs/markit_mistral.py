# /// script
# dependencies = ["markit-mistral==0.2.3", "mistralai<2", "python-magic"]
# ///
import stage
from markit_mistral.cli import main

stage.command(main, stage.pdf(), "-o", "paper.md")
