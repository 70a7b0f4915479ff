# /// script
# dependencies = ["mistralai-search-toolkit==0.0.14", "mistralai<3"]
# requires-python = "3.12"
# ///
import asyncio

import stage
from mistralai.client import Mistral
from mistralai.search.toolkit.embedding.mistral_embedder import MistralEmbedder
from mistralai.search.toolkit.llm.chat import ChatMessage
from mistralai.search.toolkit.llm.mistral import MistralChat
from pydantic import BaseModel


class River(BaseModel):
    name: str
    length: int


async def main():
    client = Mistral(api_key=stage.KEY, server_url=stage.URL)
    asked = {"model": "mistral-small-latest", "system_prompt": "Be brief.", "user_prompt": "Which river?"}
    answer = await MistralChat(client).call_llm(**asked)
    stage.show(answer.choices[0].message.content)
    messages = [ChatMessage(role="user", content="Which river?")]
    parsed = await MistralChat(client).parse_chat(model=asked["model"], messages=messages, response_format=River)
    stage.show(parsed.parsed)
    embedder = MistralEmbedder(client, model_name="mistral-embed")
    stage.show(len(await embedder.embed_query("a")))
    stage.show(len((await embedder.embed(["a", "b"])).embeddings))


asyncio.run(main())
