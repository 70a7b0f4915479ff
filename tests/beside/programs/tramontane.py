# /// script
# requires-python = ">=3.12"
# dependencies = ["tramontane==0.2.4", "mistralai>=2,<3"]
# ///
import asyncio

import stage
from pydantic import BaseModel
from tramontane import Agent


class Level(BaseModel):
    answer: str


def level(river: str) -> str:
    """The level of a river."""
    return f"{river}: 3 m"


async def main():
    said = {"role": "guide", "goal": "Answers on rivers.", "backstory": "You live on a boat.", "model": "mistral-small"}
    result = await Agent(**said).run("Which river?")
    stage.show([result.output, result.model_used, result.input_tokens > 0, result.output_tokens > 0])
    result = await Agent(**said, tools=[level], max_iter=2).run("What is the level of the Loire?")
    stage.show([result.output, [each.get("name") for each in result.tool_calls]])
    async for event in Agent(**said).run_stream("Which river?"):
        stage.show([event.type, event.token])


asyncio.run(main())
