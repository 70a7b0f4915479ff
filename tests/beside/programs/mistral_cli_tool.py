# /// script
# dependencies = ["mistral-cli-tool==0.1.0", "mistralai<2"]
# ///
import os

import stage

os.environ["MISTRAL_AI_KEY"] = stage.KEY
stage.make("question.txt", b"Which river?")
from src.main import main

stage.command(main, "--input-file", "question.txt")
