# /// script
# dependencies = ["opik==2.2.122", "mistralai>=1.9,<2"]
# ///
import asyncio
import os

os.environ |= {"OPIK_URL_OVERRIDE": "http://127.0.0.1:9/api", "OPIK_ANALYTICS_ENABLE": "false"}
import opik
import stage
from mistralai import Mistral
from opik.integrations.mistral import track_mistral

QUESTION = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Which river?"}]}


async def later(client):
    answer = await client.chat.complete_async(**QUESTION)
    return answer.choices[0].message.content


with opik.record_traces_locally() as recorded:
    client = track_mistral(Mistral(api_key=stage.KEY))
    stage.show(client.chat.complete(**QUESTION).choices[0].message.content)
    stage.show("".join(each.data.choices[0].delta.content for each in client.chat.stream(**QUESTION)))
    stage.show(asyncio.run(later(client)))
    for span in recorded.span_trees:
        stage.show([span.name, span.type, span.model, span.provider, span.usage, span.input, span.output])
os._exit(0)  # what it sends can not arrive
