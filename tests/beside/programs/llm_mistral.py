# /// script
# dependencies = ["llm-mistral==0.16"]
# [tool.beside]
# install = true
# ///
import os

import stage
from llm.cli import cli

os.environ["LLM_MISTRAL_KEY"] = stage.KEY
stage.command(cli, "-m", "mistral/mistral-small-latest", "Which river?")
stage.command(cli, "-m", "mistral/mistral-small-latest", "Which river?", "--no-stream")
stage.command(cli, "embed", "-m", "mistral-embed", "-c", "a text", "-f", "json")
