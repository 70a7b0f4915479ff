# /// script
# dependencies = ["pydantic-ai-slim[mistral]==2.68.0"]
# [tool.beside]
# install = true
# ///
import asyncio

import stage
from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.models.mistral import MistralModel


class River(BaseModel):
    name: str
    length: int


agent = Agent(MistralModel("mistral-small-latest"))


@agent.tool_plain
def weather(city: str) -> str:
    """Say how the weather is in a city."""
    return f"rain in {city}"


async def streamed():
    async with agent.run_stream("Which river?") as result:
        return [each async for each in result.stream_text(delta=True, debounce_by=None)]


stage.show(Agent(MistralModel("mistral-small-latest")).run_sync("Which river?").output)
stage.show(agent.run_sync("How is the weather in Rome?").output)
stage.show(asyncio.run(streamed()))
stage.show(Agent(MistralModel("mistral-small-latest"), output_type=River).run_sync("Which river?").output)
