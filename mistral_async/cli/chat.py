"""`mistral-async chat`: one answer, or a conversation where stdin is a terminal.

The event loop runs in another thread: reading a line does not block it, and Ctrl-C interrupts this one.
"""

from __future__ import annotations

import importlib
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, cast

from cyclopts import Parameter

from mistral_async import SyncMistral
from mistral_async.cli._codes import INTERRUPTED, print_error
from mistral_async.cli._connection import ClientContext, Connection
from mistral_async.cli._parameters import InputFiles, Model
from mistral_async.cli._text import read_prompt, read_text
from mistral_async.errors import ConfigurationError, MistralError
from mistral_async.models import AssistantMessage, JSONSchema, Message, ResponseFormat, SystemMessage, UserMessage


def chat(
    *words: str,
    model: Model = "mistral-small-latest",
    file: InputFiles = None,
    system: str | None = None,
    json_schema: Annotated[str | None, Parameter(name=["--json", "--json-schema"])] = None,
    temperature: float | None = None,
    max_tokens: int | None = None,
    stream: bool = True,
    connection: Connection = None,
) -> int:
    """Ask a model. Without words, files or piped input, talk to it.

    In a conversation Ctrl-C stops an answer; at the prompt Ctrl-C or Ctrl-D ends it.

    Parameters
    ----------
    words
        What to ask. Piped input and files are added to it.
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
    options: dict[str, Any] = {"temperature": temperature, "max_tokens": max_tokens}
    if json_schema is not None:
        options["response_format"] = _format(json_schema)
    client = ClientContext(connection)
    prompt = read_prompt(words, file or ())
    if not prompt and not sys.stdin.isatty():
        raise ValueError("nothing was asked: give words, -f FILE or piped input")
    history: list[Message] = [SystemMessage(system)] if system else []
    with client as opened:
        session = _ChatSession(opened, model, history, options, stream=stream and (json_schema is None or not prompt))
        if not prompt:
            return session.converse()
        history.append(UserMessage(prompt))
        session.answer()
    return 0


def _format(schema: str) -> ResponseFormat:
    text = schema if schema.lstrip().startswith(("{", "[")) else read_text(Path(schema))
    try:
        value: object = json.loads(text)
    except ValueError as problem:
        raise ValueError(f"--json is not a JSON schema: {problem}") from None
    match value:
        case dict():
            definition = cast("dict[str, Any]", value)
        case _:
            raise ValueError(f"--json is not a JSON schema, which is an object, but a {type(value).__name__}")
    name = str(definition.get("title") or "answer").replace(" ", "_")
    return ResponseFormat(type="json_schema", json_schema=JSONSchema(name=name, schema_definition=definition))


class _ChatSession:
    """A conversation with a model: its history and its options."""

    def __init__(
        self, client: SyncMistral, model: str, history: list[Message], options: dict[str, Any], *, stream: bool
    ) -> None:
        self._client = client
        self._history = history
        self._request: dict[str, Any] = {"model": model, "messages": history, **options}
        self._stream = stream
        self._answer = ""

    def converse(self) -> int:
        """Read prompts and answer them until end of file or Ctrl-C; returns the exit code."""
        with suppress(ImportError):
            importlib.import_module("readline")  # history and editing of the line
        print_error(f"{self._request['model']}. Ctrl-C stops an answer, Ctrl-D ends the conversation.")
        while True:
            try:
                prompt = _line().strip()
            except EOFError:
                print_error("")
                return 0
            except KeyboardInterrupt:
                print_error("")
                return INTERRUPTED
            if prompt:
                self._ask(prompt)

    def _ask(self, prompt: str) -> None:
        """Send one message; it is removed from the history if there was no answer."""
        self._history.append(UserMessage(prompt))
        self._answer = ""
        try:
            self.answer()
        except KeyboardInterrupt:
            print_error("\n[stopped]")
        except ConfigurationError:
            raise
        except MistralError as error:
            print_error(f"\n[{error}]" if self._answer else f"[{error}]")
        if self._answer:
            self._history.append(AssistantMessage(self._answer))
        else:
            self._history.pop()

    def answer(self) -> None:
        """Print the answer to the last message."""
        if not self._stream:
            self._answer = self._client.chat.complete(**self._request).text
            sys.stdout.write(f"{self._answer}\n")
            return
        with self._client.chat.stream(**self._request) as events:
            for chunk in events:
                self._answer += chunk.text
                sys.stdout.write(chunk.text)
                sys.stdout.flush()
        sys.stdout.write("\n")
        sys.stdout.flush()


def _line() -> str:
    if sys.stdout.isatty():
        return input("> ")
    sys.stderr.write("> ")
    sys.stderr.flush()
    return input()
