# /// script
# dependencies = ["datapizza-ai-embedders-mistral==0.0.2"]
# [tool.beside]
# install = true
# ///
import asyncio

import stage
from datapizza.embedders.mistral import MistralEmbedder

embedder = MistralEmbedder(api_key=stage.KEY, model_name="mistral-embed")
stage.show(embedder.embed("a text")[:4])
stage.show(asyncio.run(embedder.a_embed(["a", "b"]))[1][:4])
