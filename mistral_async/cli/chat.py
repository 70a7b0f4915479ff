"""`mistral-async chat`: one answer, or a conversation where stdin is a terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from mistral_async._client import Mistral
from mistral_async.cli._connection import Connection, connected
from mistral_async.cli._text import complain, print_json, read_prompt
from mistral_async.models import AssistantMessage, JSONSchema, Message, ResponseFormat, SystemMessage, UserMessage


async def chat(
    *words: str,
    model: Annotated[str, Parameter(alias="-m")] = "mistral-small-latest",
    file: Annotated[list[Path] | None, Parameter(alias="-f", negative=())] = None,
    system: str | None = None,
    json_schema: Annotated[str | None, Parameter(name=["--json", "--json-schema"])] = None,
    temperature: float | None = None,
    max_tokens: int | None = None,
    stream: bool = True,
    connection: Connection = None,
) -> int:
    """Ask the model. Without words, files or piped input, talk to it until Ctrl-D.

    Parameters
    ----------
    words
        What to ask.
    model
        The model.
    file
        Text to add to the question; may be repeated.
    system
        Instructions to the model.
    json_schema
        A JSON schema, or the path of one: the answer is JSON that fits it.
    temperature
        From 0 to 1.5.
    max_tokens
        The longest answer.
    stream
        Show the answer as it is written.
    """
    prompt = read_prompt(words, file or ())
    options: dict[str, Any] = {"temperature": temperature, "max_tokens": max_tokens}
    if json_schema is not None:
        options["response_format"] = _format(json_schema)
    history: list[Message] = [SystemMessage(system)] if system else []
    async with connected(connection) as client:
        if prompt:
            history.append(UserMessage(prompt))
            await _answer(client, model, history, options, stream=stream and json_schema is None)
        else:
            await _talk(client, model, history, options)
    return 0


def _format(schema: str) -> ResponseFormat:
    text = schema if schema.lstrip().startswith("{") else Path(schema).read_text(encoding="utf-8")
    found = json.loads(text)
    name = str(found.get("title") or "answer").replace(" ", "_")
    return ResponseFormat(type="json_schema", json_schema=JSONSchema(name=name, schema_definition=found))


async def _talk(client: Mistral, model: str, history: list[Message], options: dict[str, Any]) -> None:
    complain(f"{model}. Ctrl-D ends it.")
    while True:
        try:
            asked = input("> ").strip()
        except EOFError:
            complain("")
            return
        if asked:
            history.append(UserMessage(asked))
            history.append(AssistantMessage(await _answer(client, model, history, options, stream=True)))


async def _answer(client: Mistral, model: str, history: list[Message], options: dict[str, Any], *, stream: bool) -> str:
    if not stream:
        answer = await client.chat.complete(model=model, messages=history, **options)
        if "response_format" in options:
            print_json(json.loads(answer.text))
        else:
            sys.stdout.write(answer.text + "\n")
        return answer.text
    async with client.chat.stream(model=model, messages=history, **options) as events:
        async for chunk in events:
            sys.stdout.write(chunk.text)
            sys.stdout.flush()
        sys.stdout.write("\n")
        return events.partial.text
