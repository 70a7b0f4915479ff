# /// script
# dependencies = ["mistral-managed-queue==0.2.2"]
# ///
import stage
from mmq.cli import main

stage.command(main, "ask", "Which river?", "-m", "mistral-small-latest")
