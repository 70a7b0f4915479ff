# /// script
# requires-python = ">=3.13"
# dependencies = ["draive[mistral]==0.103.0"]
# ///
import asyncio

import stage
from draive import ModelGeneration, State, TextEmbedding, TextGeneration, ctx
from draive.mistral import Mistral, MistralChatConfig, MistralEmbeddingConfig


class River(State):
    name: str
    kilometres: int


async def main():
    mistral = Mistral(api_key=stage.KEY, server_url=stage.URL)
    configured = [MistralChatConfig(model="mistral-small-latest"), MistralEmbeddingConfig(model="mistral-embed")]
    async with ctx.scope("rivers", *configured, disposables=(mistral,)):
        stage.show(await TextGeneration.generate(instructions="Be brief.", input="Which river?"))
        river = await ModelGeneration.generate(River, instructions="Answer in JSON.", input="Which river?")
        stage.show(sorted(river.to_mapping()))
        stage.show(len((await TextEmbedding.embed("a river")).vector))


asyncio.run(main())
