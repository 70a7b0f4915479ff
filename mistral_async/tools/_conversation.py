"""A chat that the program keeps: its messages and their usage, trimmed to fit, saved and loaded as JSON."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Self, TypeAlias, overload

import msgspec

from mistral_async._codec.json_encode import encode
from mistral_async._codec.open_union import decoder, open_hook
from mistral_async._files.whole_file import WholeFile
from mistral_async.models.content import text_of, thinking_of
from mistral_async.models.messages import Message, MessageInput, SystemMessage, UserMessage
from mistral_async.models.tools import ToolCall
from mistral_async.models.usage import UsageInfo
from mistral_async.structured._usage import add_usage
from mistral_async.tools._content import as_text, tool_content

CountTokens: TypeAlias = Callable[[str], int]
_TOKENS_PER_MESSAGE = 4  # for its beginning, role and end
_BYTES_PER_TOKEN = 4


def estimated_tokens(text: str) -> int:
    """Estimate the tokens of a text: one for four bytes of UTF-8."""
    return -(-len(text.encode()) // _BYTES_PER_TOKEN)


def mistral_tokens(tokenizer: Any = None) -> CountTokens:
    """Return a function that counts with Mistral's own tokenizer; needs the package `mistral-common`.

    `tokenizer` is one of its `MistralTokenizer`s. Default: Tekken, which the package ships for the models since 2024.
    """
    if tokenizer is None:
        module: Any = importlib.import_module("mistral_common.tokens.tokenizers.mistral")
        tokenizer = module.MistralTokenizer.v3(is_tekken=True)
    encode = tokenizer.instruct_tokenizer.tokenizer.encode

    def count(text: str) -> int:
        return len(encode(text, bos=False, eos=False))

    return count


class Conversation(Sequence[Any]):
    """A sequence of messages: `complete(messages=conversation)`.

    `conversation.user("hi")`, then `conversation.add(await client.chat.complete(model=…, messages=conversation))`.
    """

    def __init__(
        self,
        messages: Iterable[MessageInput] = (),
        *,
        system: str | None = None,
        usage: UsageInfo | None = None,
        count_tokens: CountTokens = estimated_tokens,
    ) -> None:
        self.messages: list[Any] = [] if system is None else [SystemMessage(system)]
        self.messages += [_as_message(each) for each in messages]
        self.usage: Any = usage
        """The usage of all answers together; None while nothing is known."""
        self.count_tokens = count_tokens

    def __len__(self) -> int:
        return len(self.messages)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return self.messages[index]

    def __repr__(self) -> str:
        return f"<Conversation of {len(self)} messages>"

    def user(self, content: Any) -> Self:
        """Add a message of the user: text, or a list of chunks."""
        self.messages.append(UserMessage(content))
        return self

    def add(self, said: Any) -> Self:
        """Add a message, or an answer of `complete`, `parse` or `run` with its usage."""
        if isinstance(said, dict) or hasattr(said, "role"):
            self.messages.append(_as_message(said))
            return self
        if (whole := getattr(said, "messages", None)) is not None:  # a run's result: it began with our messages
            self.messages = [_as_message(each) for each in whole]
        else:
            choices = getattr(getattr(said, "response", said), "choices", None)
            if not choices:
                raise TypeError(f"a message, an answer or a run's result can be added, not {type(said).__name__}")
            self.messages.append(choices[0].message)
        self.usage = add_usage(self.usage, said.usage)
        return self

    @property
    def tokens(self) -> int:
        """The tokens of the messages by `count_tokens`, about; images and files are not counted."""
        return sum(self._tokens_of(each) for each in self.messages)

    def _tokens_of(self, message: Any) -> int:
        text = text_of(message.content) + thinking_of(message.content)
        calls: list[ToolCall] = getattr(message, "tool_calls", None) or []
        for call in calls:
            text += call.function.name + as_text(tool_content(call.function.arguments))
        return self.count_tokens(text) + _TOKENS_PER_MESSAGE

    def trim(self, tokens: int) -> list[Any]:
        """Drop the oldest turns until the rest has at most so many tokens; returns the messages that were dropped.

        Messages of the system stay, and so does the last turn. A turn is dropped whole, from a message of the user to
        the last one before the next of the user, so that no result of a tool loses its call.
        """
        kept = [each for each in self.messages if each.role == "system"]
        turns = self._turns()
        spent = sum(self._tokens_of(each) for each in kept)
        costs = [sum(self._tokens_of(each) for each in turn) for turn in turns]
        first = 0
        while first < len(turns) - 1 and spent + sum(costs[first:]) > tokens:
            first += 1
        dropped = [each for turn in turns[:first] for each in turn]
        lost = set(map(id, dropped))
        self.messages = [each for each in self.messages if id(each) not in lost]
        return dropped

    def _turns(self) -> list[list[Any]]:
        turns: list[list[Any]] = []
        for message in self.messages:
            if message.role == "system":
                continue
            if message.role == "user" or not turns:
                turns.append([])
            turns[-1].append(message)
        return turns

    def to_json(self) -> bytes:
        """Encode messages and usage as JSON."""
        return encode({"messages": self.messages, "usage": self.usage})

    @classmethod
    def from_json(cls, data: bytes | str, *, count_tokens: CountTokens = estimated_tokens) -> Self:
        """Read them again; raises `ValueError` for other data."""
        found = decoder(_Saved).decode(data)
        return cls(found.messages, usage=found.usage, count_tokens=count_tokens)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a file, which has either all of it or what it had before."""
        with WholeFile(path, private=True) as whole:
            whole.file.write(self.to_json())
            whole.finish()

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, count_tokens: CountTokens = estimated_tokens) -> Self:
        """Read it from a file."""
        return cls.from_json(Path(path).read_bytes(), count_tokens=count_tokens)


class _Saved(msgspec.Struct):
    messages: list[Message]
    usage: UsageInfo | None = None


def _as_message(message: Any) -> Any:
    """Return a dict as the message that it is."""
    if isinstance(message, dict):
        return msgspec.convert([message], list[Message], dec_hook=open_hook)[0]
    return message
