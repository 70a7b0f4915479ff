# /// script
# dependencies = ["ag2[mistral]==1.2.1"]
# ///
import asyncio

import stage
from ag2 import Agent
from ag2.config import MistralConfig


async def main():
    for streaming in (False, True):
        config = MistralConfig("mistral-small-latest", api_key=stage.KEY, server_url=stage.URL, streaming=streaming)
        agent = Agent("guide", prompt="Be brief.", config=config)

        @agent.tool
        def weather(city: str) -> str:
            """Say how the weather is in a city."""
            return f"rain in {city}"

        stage.show((await agent.ask("Which river?")).body)
        stage.show((await agent.ask("How is the weather in Rome?")).body)
    files = config.create_files_client()
    stage.show(sorted(each for each in dir(files) if not each.startswith("_")))


asyncio.run(main())
