"""`mistral-async logs`: the log of chats, which is off until it is turned on."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Annotated, Any, cast

from cyclopts import App, Parameter, validators

from mistral_async.cli._codes import print_error
from mistral_async.cli._log import Exchange, Log, logs_all
from mistral_async.cli._parameters import Flag
from mistral_async.cli._text import print_json, print_rows, terminal_text

app: App = App(name="logs", help="Chats that were logged: list, search and show them; turn the log on and off.")

Most = Annotated[int, Parameter(alias="-n", validator=validators.Number(gt=0, lt=1 << 63))]
_WIDTH = 60  # characters of a question in a list


@app.command
def on() -> None:
    """Log every chat from now on, questions, attachments and answers, in a file that only you can read."""
    log = Log()
    log.turn("on")
    print_error(f"chats are logged from now on, in {log.path}")


@app.command
def off() -> None:
    """Log no chat from now on, but those with --log; what was logged stays."""
    log = Log()
    if log.path.exists():
        log.turn("off")
    print_error(f"chats are no longer logged; what was logged stays in {log.path} (`logs delete --all` deletes it)")


@app.command
def path() -> None:
    """Print the path of the log, and whether it is on."""
    log = Log()
    sys.stdout.write(f"{log.path}\n")
    print_error("every chat is logged" if logs_all(log) else "the log is off: `logs on`, or `chat --log`")


@app.command(name="list")
def list_conversations(*, most: Most = 20, json: Flag = False) -> None:
    """List conversations, the newest first: id, time (UTC), model, number of questions, first question.

    Parameters
    ----------
    most
        The most to list.
    json
        One JSON object a conversation.
    """
    found = Log().conversations(most)
    if not found:
        print_error("nothing is logged: `logs on` logs every chat, `chat --log` one")
    if json:
        for first, count in found:
            print_json({"conversation": first.conversation, "exchanges": count, "first": _fields(first)})
        return
    print_rows((each.conversation, each.time[:16], each.model, count, _brief(each.prompt)) for each, count in found)


@app.command
def search(*words: str, most: Most = 20, json: Flag = False) -> int:
    """Find questions whose text or answer has every word, in any case; exit with 1 if there are none.

    Parameters
    ----------
    words
        What to look for.
    most
        The most to list.
    json
        One JSON object a question, with its answer.
    """
    if not words:
        raise ValueError("nothing to look for: give words")
    found = Log().search(words, most)
    if json:
        for each in found:
            print_json(_fields(each))
    else:
        print_rows((each.conversation, each.time[:16], each.model, _brief(each.prompt)) for each in found)
    return 0 if found else 1


@app.command
def show(conversation: str | None = None, *, json: Flag = False) -> None:
    """Show a conversation.

    Parameters
    ----------
    conversation
        Its id, or the beginning of it. Default: the last one.
    json
        One JSON object a question, with its answer.
    """
    for each in Log().conversation(conversation):
        if json:
            print_json(_fields(each))
        else:
            sys.stdout.write(f"# {each.conversation}, {each.time}, {each.model}\n\n")
            sys.stdout.write(terminal_text("".join(_sections(each))))


@app.command
def delete(*conversations: str, all: Flag = False) -> None:  # noqa: A002 - the option's name
    """Delete conversations, or all of them.

    Parameters
    ----------
    conversations
        Their ids, or beginnings of them.
    all
        Delete every conversation.
    """
    if bool(conversations) == all:
        raise ValueError("give the ids of conversations (`logs list` shows them), or --all")
    log = Log()
    names = None if all else [log.conversation(each)[0].conversation for each in conversations]
    gone = log.delete(names) if log.path.exists() else 0
    print_error(f"{gone:,} questions and answers were deleted")


def _fields(exchange: Exchange) -> dict[str, Any]:
    return {name: getattr(exchange, name) for name in exchange.__struct_fields__}


def _brief(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 3]}..."


def _sections(exchange: Exchange) -> Iterable[str]:
    if exchange.system:
        yield f"## system\n\n{exchange.system}\n\n"
    yield f"## question{_attached(exchange.content)}\n\n{exchange.prompt}\n\n"
    yield f"## answer\n\n{exchange.answer}\n\n"


def _attached(content: Any) -> str:
    """Return the kinds of chunks that are no text."""
    if not isinstance(content, list):
        return ""
    kinds = [str(chunk["type"]) for chunk in cast("list[dict[str, Any]]", content) if chunk.get("type") != "text"]
    return f" (with {', '.join(kinds)})" if kinds else ""
