# /// script
# dependencies = ["ai-powered-markdown-translator==1.17.1"]
# ///
import stage
from aipmt.cli import main

stage.make("rhine.md", b"# The Rhine\n\nIt flows north, and it is a long river of Europe.\n")
stage.command(main, "--use_mistral", "--file", "rhine.md", "--target_lang", "fr")
