"""`mistral-async chat`: one answer, or a conversation where stdin is a terminal.

The event loop runs in another thread: reading a line does not block it, and Ctrl-C interrupts this one.
"""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple, cast

from cyclopts import Parameter

from mistral_async.cli._attachments import read_attachment
from mistral_async.cli._connection import ClientContext, Connection
from mistral_async.cli._log import Exchange, Log, logs_all, new_conversation
from mistral_async.cli._parameters import Attachments, Flag, InputFiles
from mistral_async.cli._session import ChatLog, ChatSession
from mistral_async.cli._templates import Template, load_template, parse_values
from mistral_async.cli._text import read_prompt, read_text
from mistral_async.models import AssistantMessage, JSONSchema, Message, ResponseFormat, SystemMessage, UserMessage

_MODEL: Final = "mistral-small-latest"


def chat(
    *words: str,
    model: Annotated[str | None, Parameter(alias="-m")] = None,
    file: InputFiles = None,
    attachment: Attachments = None,
    system: Annotated[str | None, Parameter(alias="-s")] = None,
    template: Annotated[str | None, Parameter(alias="-t")] = None,
    param: Annotated[list[str] | None, Parameter(alias="-p", negative=())] = None,
    continue_: Annotated[bool, Parameter(name=["--continue", "-c"], negative=())] = False,
    cid: str | None = None,
    json: Flag = False,
    json_schema: Annotated[str | None, Parameter(name=["--schema", "--json-schema"])] = None,
    temperature: float | None = None,
    max_tokens: int | None = None,
    stream: bool = True,
    log: bool | None = None,
    stdin: bool = True,
    connection: Connection = None,
) -> int:
    """Ask a model. Without words, files, attachments or piped input, talk to it.

    In a conversation Ctrl-C stops an answer; at the prompt Ctrl-C or Ctrl-D ends it. A question of several lines stands
    between two marks of three quotes (\"\"\").

    Parameters
    ----------
    words
        What to ask. Piped input and files are added to it.
    model
        The model. Default: mistral-small-latest, or that of the template or conversation.
    file
        Text to add to the question; may be repeated.
    attachment
        An image, document, audio or text for the question: a file, an address, or - for stdin; may be repeated.
    system
        Instructions to the model.
    template
        A prompt with a name (`mistral-async templates`), or the path of a file with one.
    param
        NAME=VALUE, for $NAME in the template; may be repeated.
    continue_
        Go on with the last conversation in the log.
    cid
        Go on with this conversation: its id, or the beginning of it.
    json
        The whole response as JSON, on a line.
    json_schema
        A JSON schema, or the path of one: the answer is JSON that fits it.
    temperature
        From 0 to 1.5.
    max_tokens
        The longest answer.
    stream
        Show the answer as it is written.
    log
        Keep question and answer, so that they can be gone on with; --no-log does not, whatever else says so.
    stdin
        Add piped input to the question; --no-stdin leaves it to others, as in a loop that reads lines.
    """
    if json:
        _check_words(words)
    form = load_template(template) if template else Template()
    values = parse_values(param or ())
    past = _past(cid, last=continue_)
    attached = list(map(str, attachment or ()))
    attachments = list(map(read_attachment, attached))
    asked = read_prompt(words, file or (), piped=stdin and "-" not in attached)
    talks = not asked and form.takes_input and sys.stdin.isatty()
    if not (asked or attachments or talks) and form.takes_input:
        raise ValueError("nothing was asked: give words, -f FILE, -a FILE or piped input")
    question = "" if talks else form.ask(asked, values)
    instructions = system or (form.fill(form.system, values) if form.system else past.system)
    options: dict[str, Any] = {
        "model": model or form.model or past.model or _MODEL,
        "messages": [*([SystemMessage(instructions)] if instructions else []), *past.messages],
        "temperature": form.temperature if temperature is None else temperature,
        "max_tokens": form.max_tokens if max_tokens is None else max_tokens,
    }
    if schema := form.schema if json_schema is None else _schema(json_schema):
        options["response_format"] = _format(schema)
    kept = ChatLog(_log(log, goes_on=past.id is not None), past.id or new_conversation(), instructions)
    streams = stream and not json and (schema is None or talks)
    with ClientContext(connection) as client:
        session = ChatSession(client, options, kept, attachments, stream=streams, json=json)
        if talks:
            session.converse(lambda line: form.ask(line, values))
        else:
            session.ask(question)
    return 0


class _Past(NamedTuple):
    """A conversation until now."""

    id: str | None = None
    model: str | None = None
    system: str | None = None
    messages: Sequence[Message] = ()


def _past(conversation: str | None, *, last: bool) -> _Past:
    if conversation is None and not last:
        return _Past()
    exchanges = Log().conversation(conversation)
    newest = exchanges[-1]
    messages = [message for each in exchanges for message in _messages(each)]
    return _Past(newest.conversation, newest.model, newest.system, messages)


def _messages(exchange: Exchange) -> tuple[Message, Message]:
    return UserMessage(exchange.content), AssistantMessage(exchange.answer)


def _log(wanted: bool | None, *, goes_on: bool) -> Log | None:  # noqa: FBT001 - on, off, or as it is set
    """Return the log, if the chat is to be kept (rule 1 of the log)."""
    log = Log()
    if wanted is None:
        wanted = logs_all(log, default=goes_on)
    return log if wanted else None


def _check_words(words: Sequence[str]) -> None:
    """Refuse a schema after `--json`, which took one once."""
    for word in words:
        if word.lstrip().startswith("{") or (word.endswith(".json") and Path(word).is_file()):
            raise ValueError("--json takes no value, and prints the response as JSON: give a schema with --schema")


def _schema(given: str) -> dict[str, Any]:
    text = given if given.lstrip().startswith(("{", "[")) else read_text(Path(given))
    try:
        value: object = json_module.loads(text)
    except (ValueError, RecursionError) as problem:
        raise ValueError(f"--schema is not a JSON schema: {problem}") from None
    match value:
        case dict():
            return cast("dict[str, Any]", value)
        case _:
            raise ValueError(f"--schema is not a JSON schema, which is an object, but a {type(value).__name__}")


def _format(schema: dict[str, Any]) -> ResponseFormat:
    name = str(schema.get("title") or "answer").replace(" ", "_")
    return ResponseFormat(type="json_schema", json_schema=JSONSchema(name=name, schema_definition=schema))
