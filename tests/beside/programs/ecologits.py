# /// script
# dependencies = ["ecologits[mistralai]==0.11.3"]
# [tool.beside]
# install = true
# ///
import asyncio

import stage
from ecologits import EcoLogits
from mistralai import Mistral

QUESTION = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Which river?"}]}


async def later(client):
    answer = await client.chat.complete_async(**QUESTION)
    stream = await client.chat.stream_async(**QUESTION)
    return [hasattr(answer, "impacts"), *[hasattr(event.data, "impacts") async for event in stream]]


EcoLogits.init(providers=["mistralai"])
client = Mistral(api_key=stage.KEY)
answer = client.chat.complete(**QUESTION)
stage.show([answer.choices[0].message.content, type(answer.impacts).__name__, answer.impacts.energy.unit])
stage.show(
    [[each.data.choices[0].delta.content, hasattr(each.data, "impacts")] for each in client.chat.stream(**QUESTION)]
)
stage.show(asyncio.run(later(client)))
