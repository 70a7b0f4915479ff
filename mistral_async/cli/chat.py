"""`mistral-async chat`: one answer, or a conversation where stdin is a terminal.

The loop of events runs in another thread: waiting for a line holds nothing up, and Ctrl-C strikes here.
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
        talk = _ChatSession(opened, model, history, options, stream=stream and (json_schema is None or not prompt))
        if not prompt:
            return talk.converse()
        history.append(UserMessage(prompt))
        talk.answer()
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
    """What was said so far, and what is said next."""

    def __init__(
        self, client: SyncMistral, model: str, history: list[Message], options: dict[str, Any], *, stream: bool
    ) -> None:
        self._client = client
        self._history = history
        self._request: dict[str, Any] = {"model": model, "messages": history, **options}
        self._stream = stream
        self._answer = ""

    def converse(self) -> int:
        """Ask for lines until one of them is the end."""
        with suppress(ImportError):
            importlib.import_module("readline")  # history and editing of the line
        print_error(f"{self._request['model']}. Ctrl-C stops an answer, Ctrl-D ends the conversation.")
        while True:
            try:
                asked = _line().strip()
            except EOFError:
                print_error("")
                return 0
            except KeyboardInterrupt:
                print_error("")
                return INTERRUPTED
            if asked:
                self._ask(asked)

    def _ask(self, asked: str) -> None:
        """One question and its answer; what went wrong is told, and forgotten where nothing was answered."""
        self._history.append(UserMessage(asked))
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
        """Show the answer to what was said last."""
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
