# /// script
# dependencies = ["flyteplugins-agents-mistral==2.12.1"]
# ///
import asyncio

import stage
from flyteplugins.agents.mistral import run_agent

stage.show(asyncio.run(run_agent("Which river?", model="mistral-small-latest", observability=False)))
