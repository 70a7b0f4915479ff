# /// script
# dependencies = ["datapizza-ai-clients-mistral==0.0.6"]
# [tool.beside]
# install = true
# ///
import asyncio

import stage
from datapizza.clients.mistral import MistralClient
from datapizza.tools import tool
from pydantic import BaseModel


class River(BaseModel):
    name: str


@tool
def weather(city: str) -> str:
    """Say how the weather is in a city."""
    return f"rain in {city}"


client = MistralClient(stage.KEY, "mistral-small-latest")
stage.show(client.invoke("Which river?").text)
stage.show("".join(each.delta or "" for each in client.stream_invoke("Which river?")))
stage.show(client.structured_response(input="Which river?", output_cls=River).structured_data)
stage.show([each.name for each in client.invoke("How is the weather?", tools=[weather]).function_calls])
stage.show(asyncio.run(client.a_invoke("Which river?")).text)
