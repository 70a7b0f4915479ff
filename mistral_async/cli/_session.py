"""A chat: one question and its answer, or a conversation, printed as it goes on, and logged if that is wanted."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from mistral_async import SyncMistral
from mistral_async.cli._attachments import Attachment
from mistral_async.cli._codes import print_error
from mistral_async.cli._log import Exchange, Log, LogError
from mistral_async.cli._text import print_json, terminal_text
from mistral_async.errors import ConfigurationError, MistralError
from mistral_async.models import AssistantMessage, ChatCompletionResponse, Message, TextChunk, UsageInfo, UserMessage

_QUOTES: Final = '"""'


class ChatLog:
    """The place of a conversation in the log; without a log, nothing is kept."""

    def __init__(self, log: Log | None, conversation: str, system: str | None) -> None:
        self._log = log
        self._conversation = conversation
        self._system = system

    @property
    def mark(self) -> dict[str, str]:
        """The id of the conversation, if it is logged."""
        return {} if self._log is None else {"conversation": self._conversation}

    def add(self, model: str, question: UserMessage, answer: str, usage: UsageInfo | None) -> None:
        """Log a question and its answer; a log that fails is told of, and costs nobody the answer."""
        if self._log is None:
            return
        exchange = Exchange(self._conversation, model, question.text, question.content, answer, self._system)
        if usage is not None:
            exchange.prompt_tokens, exchange.completion_tokens = usage.prompt_tokens, usage.completion_tokens
        try:
            self._log.add(exchange)
        except LogError as problem:
            print_error(f"mistral-async: the answer was not logged: {problem}")


class ChatSession:
    """A conversation with a model: its history and its options."""

    def __init__(
        self,
        client: SyncMistral,
        request: dict[str, Any],
        log: ChatLog,
        attachments: Sequence[Attachment],
        *,
        stream: bool,
        json: bool,
    ) -> None:
        self._client = client
        self._history: list[Message] = request["messages"]
        self._request = request
        self._log = log
        self._attachments = list(attachments)  # they go with the next question
        self._stream = stream
        self._json = json
        self._answer = ""
        self._usage: UsageInfo | None = None

    def converse(self, question_of: Callable[[str], str]) -> None:
        """Read lines and answer the questions that are made of them, until the end of stdin or Ctrl-C."""
        with suppress(ImportError):
            importlib.import_module("readline")  # history and editing of the line
        print_error(f"{self._request['model']}. Ctrl-C stops an answer, Ctrl-D ends the conversation.")
        while True:
            try:
                line = _question_line()
            except EOFError:
                print_error("")
                return
            except KeyboardInterrupt:
                print_error("")
                raise
            if line:
                self._try(question_of(line))

    def ask(self, text: str) -> None:
        """Print the answer to a question, and log it."""
        question = self._question(text)
        self._history.append(question)
        self._print_answer()
        self._keep(question)

    def _try(self, text: str) -> None:
        """Ask in a conversation; a question without an answer is removed from the history."""
        question = self._question(text)
        self._history.append(question)
        try:
            self._print_answer()
        except KeyboardInterrupt:
            print_error("\n[stopped]")
        except ConfigurationError:
            raise
        except MistralError as error:
            print_error(f"\n[{error}]" if self._answer else f"[{error}]")
        if self._answer:
            self._keep(question)
        else:
            self._history.pop()

    def _question(self, text: str) -> UserMessage:
        if not self._attachments:
            return UserMessage(text)
        return UserMessage([*([TextChunk(text)] if text else []), *self._attachments])

    def _keep(self, question: UserMessage) -> None:
        self._history.append(AssistantMessage(self._answer))
        self._attachments.clear()
        self._log.add(self._request["model"], question, self._answer, self._usage)

    def _print_answer(self) -> None:
        """Print the answer to the last message."""
        self._answer, self._usage = "", None
        if self._stream:
            self._print_stream()
            return
        response: ChatCompletionResponse = self._client.chat.complete(**self._request)
        self._answer, self._usage = response.text, response.usage
        if self._json:
            print_json({**self._log.mark, **response.to_dict()})
        else:
            sys.stdout.write(f"{terminal_text(self._answer)}\n")
        sys.stdout.flush()

    def _print_stream(self) -> None:
        with self._client.chat.stream(**self._request) as events:
            for chunk in events:
                self._answer += chunk.text
                self._usage = chunk.usage or self._usage
                sys.stdout.write(terminal_text(chunk.text))
                sys.stdout.flush()
        sys.stdout.write("\n")
        sys.stdout.flush()


def _question_line() -> str:
    """Read a line, or what stands between two marks of three quotes, in any number of lines."""
    line = _line().strip()
    if not line.startswith(_QUOTES):
        return line
    lines = [line.removeprefix(_QUOTES)]
    while not lines[-1].rstrip().endswith(_QUOTES):
        lines.append(_line("... "))
    return "\n".join(lines).rstrip().removesuffix(_QUOTES).strip()


def _line(prompt: str = "> ") -> str:
    if sys.stdout.isatty():
        return input(prompt)
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return input()
