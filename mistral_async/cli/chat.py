"""`mistral-async chat`: one answer, or a conversation where stdin is a terminal.

The loop of events runs in another thread: waiting for a line holds nothing up, and Ctrl-C strikes here.
"""

from __future__ import annotations

import importlib
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from mistral_async._client.client import SyncMistral
from mistral_async._codec.json_types import is_object
from mistral_async.cli._codes import INTERRUPTED, complain
from mistral_async.cli._connection import Connection, connected
from mistral_async.cli._text import read_prompt, read_text
from mistral_async.errors import ConfigurationError, MistralError
from mistral_async.models import AssistantMessage, JSONSchema, Message, ResponseFormat, SystemMessage, UserMessage


def chat(
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
    client = connected(connection)
    prompt = read_prompt(words, file or ())
    if not prompt and not sys.stdin.isatty():
        raise ValueError("nothing was asked: give words, -f FILE or piped input")
    history: list[Message] = [SystemMessage(system)] if system else []
    with client as opened:
        talk = _Talk(opened, model, history, options, stream=stream and (json_schema is None or not prompt))
        if not prompt:
            return talk.go_on()
        history.append(UserMessage(prompt))
        talk.answer()
    return 0


def _format(schema: str) -> ResponseFormat:
    text = schema if schema.lstrip().startswith(("{", "[")) else read_text(Path(schema))
    try:
        found: Any = json.loads(text)
    except ValueError as problem:
        raise ValueError(f"--json is not a JSON schema: {problem}") from None
    if not is_object(found):
        raise ValueError(f"--json is not a JSON schema, which is an object, but a {type(found).__name__}")
    name = str(found.get("title") or "answer").replace(" ", "_")
    return ResponseFormat(type="json_schema", json_schema=JSONSchema(name=name, schema_definition=found))


class _Talk:
    """What was said so far, and what is said next."""

    def __init__(
        self, client: SyncMistral, model: str, history: list[Message], options: dict[str, Any], *, stream: bool
    ) -> None:
        self._client = client
        self._history = history
        self._asked: dict[str, Any] = {"model": model, "messages": history, **options}
        self._stream = stream
        self._said = ""

    def go_on(self) -> int:
        """Ask for lines until one of them is the end."""
        with suppress(ImportError):
            importlib.import_module("readline")  # history and editing of the line
        complain(f"{self._asked['model']}. Ctrl-C stops an answer, Ctrl-D ends the conversation.")
        while True:
            try:
                asked = _line().strip()
            except EOFError:
                complain("")
                return 0
            except KeyboardInterrupt:
                complain("")
                return INTERRUPTED
            if asked:
                self._exchange(asked)

    def _exchange(self, asked: str) -> None:
        """One question and its answer; what went wrong is told, and forgotten where nothing was answered."""
        self._history.append(UserMessage(asked))
        self._said = ""
        try:
            self.answer()
        except KeyboardInterrupt:
            complain("\n[stopped]")
        except ConfigurationError:
            raise
        except MistralError as error:
            complain(f"\n[{error}]" if self._said else f"[{error}]")
        if self._said:
            self._history.append(AssistantMessage(self._said))
        else:
            self._history.pop()

    def answer(self) -> None:
        """Show the answer to what was said last."""
        if not self._stream:
            self._said = self._client.chat.complete(**self._asked).text
            sys.stdout.write(f"{self._said}\n")
            return
        with self._client.chat.stream(**self._asked) as events:
            for chunk in events:
                self._said += chunk.text
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
