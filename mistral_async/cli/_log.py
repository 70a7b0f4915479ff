"""The log of chats, an SQLite file of the user's own.

https://sqlite.org/lang.html
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import msgspec

from mistral_async._codec.json_encode import encode_any
from mistral_async._files.whole_file import open_private
from mistral_async.cli._data_folder import data_folder

# Rule 1: Nothing is logged unless the user asked for it: by `logs on`, MISTRAL_CHAT_LOG=on, --log, or by going on with
#   a conversation that is in the log. --no-log wins over MISTRAL_CHAT_LOG, and that over `logs on` and conversations.
# Rule 2: The file is its owner's alone from the start (mode 0600), and what is deleted is overwritten.
# Rule 3: One write is one transaction. Processes that write at once wait for each other.
# Rule 4: An error of SQLite is a LogError that names the file.

VARIABLE: Final = "MISTRAL_CHAT_LOG"
_FORMAT: Final = 1  # of the tables; a file of a later format is left alone
_PATIENCE: Final = 10.0  # seconds to wait for another process
_TABLES: Final = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE exchanges (
    id INTEGER PRIMARY KEY, conversation TEXT NOT NULL, time TEXT NOT NULL, model TEXT NOT NULL, system TEXT,
    prompt TEXT NOT NULL, content TEXT NOT NULL, answer TEXT NOT NULL, prompt_tokens INTEGER, completion_tokens INTEGER
);
CREATE INDEX exchanges_conversation ON exchanges (conversation);
"""
_COLUMNS: Final = "id, conversation, time, model, system, prompt, content, answer, prompt_tokens, completion_tokens"


class LogError(ValueError):
    """A log that cannot be read or written, or has no such conversation."""


class Exchange(msgspec.Struct):
    """A question and its answer."""

    conversation: str
    model: str
    prompt: str
    """The text of the question."""
    content: Any
    """The content of the question's message: the text, or chunks."""
    answer: str
    system: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    time: str = ""
    """In UTC, as ISO 8601; that of now when it is added."""
    id: int = 0


def new_conversation() -> str:
    """Return an id for a conversation."""
    return uuid4().hex[:12]


class Log:
    """The log; its file is made when something is written. Its methods block, and raise `LogError`."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or data_folder() / "log.sqlite"

    @property
    def is_on(self) -> bool:
        """True if every chat is logged (rule 1)."""
        return next((value == "on" for (value,) in self._read("SELECT value FROM settings WHERE name = 'log'")), False)

    def turn(self, state: str) -> None:
        """Turn it `on` or `off`."""
        with self._open(write=True) as database:
            database.execute("INSERT OR REPLACE INTO settings VALUES ('log', ?)", (state,))

    def add(self, exchange: Exchange) -> None:
        """Add an exchange, with the time of now."""
        row = (
            exchange.conversation,
            datetime.now(UTC).isoformat(timespec="seconds"),
            exchange.model,
            exchange.system,
            exchange.prompt,
            encode_any(exchange.content).decode(),
            exchange.answer,
            exchange.prompt_tokens,
            exchange.completion_tokens,
        )
        with self._open(write=True) as database:
            database.execute(f"INSERT INTO exchanges ({_COLUMNS}) VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608 - constants

    def conversation(self, prefix: str | None = None) -> list[Exchange]:
        """Return the exchanges of a conversation, by its id or the beginning of it; without one, of the last."""
        if prefix is None:
            rows = self._read("SELECT conversation FROM exchanges ORDER BY id DESC LIMIT 1")
        else:
            query = "SELECT DISTINCT conversation FROM exchanges WHERE substr(conversation, 1, ?) = ?"
            rows = self._read(query, (len(prefix) or 1, prefix))  # none begins with nothing: a variable was empty
        ids = [name for (name,) in rows]
        if not ids:
            wanted = "no conversation" if prefix is None else f"no conversation {prefix}"
            raise LogError(f"the log has {wanted}: begin one with `chat --log`, or log all with `logs on`")
        if len(ids) > 1:
            raise LogError(f"{prefix} is the beginning of several conversations, give more of one: {', '.join(ids)}")
        return self._exchanges("WHERE conversation = ? ORDER BY id", ids)

    def conversations(self, most: int) -> list[tuple[Exchange, int]]:
        """Return the first exchange and the number of exchanges of conversations, those with the newest first."""
        query = "SELECT min(id), count(*) FROM exchanges GROUP BY conversation ORDER BY max(id) DESC LIMIT ?"
        return [(self._exchanges("WHERE id = ?", (first,))[0], count) for first, count in self._read(query, (most,))]

    def search(self, words: Iterable[str], most: int) -> list[Exchange]:
        """Return exchanges whose question or answer has each of the words, in any case, the newest first."""
        folded = [word.casefold() for word in words]
        condition = " AND ".join(["instr(casefold(prompt || char(10) || answer), ?)"] * len(folded))
        return self._exchanges(f"WHERE {condition} ORDER BY id DESC LIMIT ?", (*folded, most))

    def delete(self, conversations: Iterable[str] | None) -> int:
        """Delete conversations, or all; return the number of exchanges that went."""
        with self._open(write=True) as database:
            if conversations is None:
                return database.execute("DELETE FROM exchanges").rowcount
            delete = "DELETE FROM exchanges WHERE conversation = ?"
            return sum(database.execute(delete, (name,)).rowcount for name in conversations)

    def _exchanges(self, where: str, values: Sequence[object]) -> list[Exchange]:
        rows = self._read(f"SELECT {_COLUMNS} FROM exchanges {where}", values)  # noqa: S608 - constants; values are bound
        found = (dict(zip(_COLUMNS.split(", "), row, strict=True)) for row in rows)
        return [Exchange(**{**row, "content": msgspec.json.decode(row["content"])}) for row in found]

    def _read(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        if not self.path.exists() or not self.path.stat().st_size:  # it is being made
            return []
        with self._open() as database:
            return database.execute(query, values).fetchall()

    @contextmanager
    def _open(self, *, write: bool = False) -> Generator[sqlite3.Connection]:
        """Open the file for a transaction (rules 2 to 4)."""
        try:
            if write:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                open(self.path, "ab", opener=open_private).close()
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)) as database:
                database.execute("PRAGMA secure_delete = ON")
                database.create_function("casefold", 1, str.casefold, deterministic=True)
                database.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                self._prepare(database)
                yield database
                database.execute("COMMIT")
        except (OSError, sqlite3.Error) as problem:
            action = "written" if write else "read"
            raise LogError(
                f"the log {self.path} cannot be {action}: {problem} (--no-log does without it, `logs path` shows it)"
            ) from None

    def _prepare(self, database: sqlite3.Connection) -> None:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version > _FORMAT:
            raise LogError(f"the log {self.path} is of a later version of mistral-async: update it, or give --no-log")
        if version < _FORMAT:
            for statement in _TABLES.split(";")[:-1]:
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {_FORMAT}")


def logs_all(log: Log, *, default: bool = False) -> bool:
    """Return whether a chat is logged that says nothing of it: by MISTRAL_CHAT_LOG, else by `logs on` (rule 1).

    `default` is for chats that neither of them says is logged.
    """
    match os.environ.get(VARIABLE, "").strip().lower():
        case "on" | "1" | "true" | "yes":
            return True
        case "off" | "0" | "false" | "no":
            return False
        case "":
            return default or log.is_on
        case other:
            raise ValueError(f"{VARIABLE} is on or off, not {other!r}")
