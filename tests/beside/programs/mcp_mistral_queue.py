# /// script
# dependencies = ["mcp-mistral-queue==0.1.2"]
# ///
import stage
from mmq import main

stage.command(main, "Which river?")
