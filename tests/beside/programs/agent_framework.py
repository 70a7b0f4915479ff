# /// script
# dependencies = ["agent-framework-mistral==1.0.0b261015"]
# [tool.beside]
# install = true
# ///
import asyncio

import stage
from agent_framework import Agent
from agent_framework_mistral import MistralChatClient, MistralEmbeddingClient


def weather(city: str) -> str:
    """Say how the weather is in a city."""
    return f"rain in {city}"


async def main():
    client = MistralChatClient(model="mistral-small-latest")
    agent = Agent(client=client, tools=[weather])
    stage.show((await agent.run("Which river?")).text)
    stage.show("".join([each.text async for each in agent.run("How is the weather in Rome?", stream=True)]))
    vectors = await MistralEmbeddingClient(model="mistral-embed").get_embeddings(["a"])
    stage.show(len(vectors[0].vector))


asyncio.run(main())
