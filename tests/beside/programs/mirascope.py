# /// script
# dependencies = ["mirascope[mistral]>=1.25,<2", "mistralai<2"]
# ///
import asyncio

import stage
from mirascope.core import BaseMessageParam, mistral
from pydantic import BaseModel


class River(BaseModel):
    name: str
    length: int


def weather(city: str) -> str:
    """Say how the weather is in a city."""
    return f"rain in {city}"


@mistral.call("mistral-small-latest")
def ask(question: str):
    return [BaseMessageParam(role="user", content=question)]


@mistral.call("mistral-small-latest", stream=True)
def stream(question: str):
    return [BaseMessageParam(role="user", content=question)]


@mistral.call("mistral-small-latest", tools=[weather])
def ask_with_tools(question: str):
    return [BaseMessageParam(role="user", content=question)]


@mistral.call("mistral-small-latest", response_model=River)
def extract(question: str):
    return [BaseMessageParam(role="user", content=question)]


@mistral.call("mistral-small-latest")
async def ask_async(question: str):
    return [BaseMessageParam(role="user", content=question)]


answer = ask("Which river?")
stage.show([answer.content, answer.finish_reasons, answer.input_tokens, answer.message_param.content])
stage.show("".join(chunk.content for chunk, _ in stream("Which river?")))
tool = ask_with_tools("How is the weather in Rome?").tool
stage.show([tool.call(), tool.args])
stage.show(extract("Which river?"))
stage.show(asyncio.run(ask_async("Which river?")).content)
