"""The chats that were made on a server, the latest thousand, and the filters that find them."""

from __future__ import annotations

import operator
import re
from collections import deque
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from uuid import UUID

import msgspec

from mistral_async._codec.json_types import is_array, is_object
from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import FakeAPIError, observability_error
from mistral_async.testing._handlers._completions import FakeCompletion, message_of
from mistral_async.testing._handlers._prompt import content_text, entries
from mistral_async.testing._handlers._words import topics_of
from mistral_async.testing._json import JSONMapping, JSONObject, Messages
from mistral_async.testing._state import ServerState

_KEPT = 1000
_OPERATORS = "eq neq lt lte gt gte isnull"
_TEXT_OPERATORS = f"{_OPERATORS} startswith istartswith endswith iendswith contains icontains matches notcontains"
FIELDS: tuple[tuple[str, str, str, str], ...] = (
    ("model", "ENUM", "request", _TEXT_OPERATORS),
    ("operation", "ENUM", "request", _TEXT_OPERATORS),
    ("last_user_message", "TEXT", "request", f"{_TEXT_OPERATORS} inotcontains"),
    ("nb_messages", "INT", "request", _OPERATORS),
    ("enabled_tools", "ARRAY", "request", "includes excludes len_eq isnull"),
    ("metadata", "MAP", "request", "isnull"),
    ("response", "TEXT", "response", f"{_TEXT_OPERATORS} inotcontains"),
    ("finish_reason", "ENUM", "response", _TEXT_OPERATORS),
    ("nb_input_tokens", "INT", "usage", _OPERATORS),
    ("nb_output_tokens", "INT", "usage", _OPERATORS),
    ("created_at", "TIMESTAMP", "usage", _OPERATORS),
)
"""The fields of a chat: name, type, group and operators."""
_OPERATORS_OF = {name: operators.split() for name, _, _, operators in FIELDS}


class Chat(msgspec.Struct, frozen=True):
    """A chat, as it was made."""

    operation: str
    time: float
    messages: Messages
    options: JSONMapping
    completion: FakeCompletion

    @property
    def id(self) -> str:
        """Return its id as an event."""
        return str(UUID(hex=self.completion.id))

    @property
    def answers(self) -> list[JSONObject]:
        """Return the messages of the answer."""
        return [message_of(choice) for choice in self.completion.choices]

    @property
    def text(self) -> str:
        """Return all that was said."""
        return " ".join(content_text(each.get("content")) for each in (*self.messages, *self.answers))

    def fields(self, calendar: Callable[[float], str]) -> JSONObject:
        """Return the values that filters look at."""
        said = [content_text(each.get("content")) for each in self.messages if each.get("role") == "user"]
        usage = self.completion.usage
        return {
            "model": self.completion.model,
            "operation": self.operation,
            "last_user_message": said[-1] if said else "",
            "nb_messages": len(self.messages),
            "enabled_tools": [each["function"]["name"] for each in self._tools() if "function" in each],
            "metadata": self.options.get("metadata"),
            "response": self.completion.choices[0].text,
            "finish_reason": self.completion.choices[0].finish_reason,
            "nb_input_tokens": usage["prompt_tokens"],
            "nb_output_tokens": usage["completion_tokens"],
            "created_at": calendar(self.time),
        }

    def preview(self, calendar: Callable[[float], str], extra: Iterable[str] = ()) -> JSONObject:
        """Return the chat in short, with the fields that are asked for."""
        fields = self.fields(calendar)
        return {
            "event_id": self.id,
            "correlation_id": self.completion.id,
            "created_at": fields["created_at"],
            "extra_fields": {name: fields[name] for name in extra if fields.get(name) is not None},
            "nb_input_tokens": fields["nb_input_tokens"],
            "nb_output_tokens": fields["nb_output_tokens"],
        }

    def whole(self, calendar: Callable[[float], str]) -> JSONObject:
        """Return the whole chat."""
        return {
            **self.preview(calendar, (name for name, *_ in FIELDS)),
            "enabled_tools": self._tools(),
            "request_messages": list(self.messages),
            "response_messages": self.answers,
            "nb_messages": len(self.messages),
            "chat_transcription_events": [],
        }

    def _tools(self) -> list[JSONObject]:
        return entries(self.options, "tools")


class Chats:
    """The latest chats."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self._kept: deque[Chat] = deque(maxlen=_KEPT)

    def record(self, call: FakeCall, messages: Messages, completion: FakeCompletion) -> None:
        """Keep a chat."""
        now = self._state.calendar.now()
        self._kept.append(Chat(call.operation, now, messages, call.body, completion))

    def all(self) -> list[Chat]:
        """Return the chats, the newest first."""
        return list(reversed(self._kept))

    def find(self, payload: JSONMapping | None) -> list[Chat]:
        """Return the chats that pass the filters of a search, the newest first; raises 400 for what is no filter."""
        filters = (payload or {}).get("filters")
        iso = self._state.calendar.iso_of
        if filters is not None:
            _check_groups(filters)
        return [chat for chat in self.all() if filters is None or passes(filters, chat.fields(iso))]

    def get(self, event_id: str) -> Chat:
        """Return a chat; raises 404 if there is none."""
        for chat in self._kept:
            if event_id in (chat.id, chat.completion.id):
                return chat
        raise observability_error(HTTPStatus.NOT_FOUND, f"Event {event_id} was not found.", "SEARCH_NOT_FOUND")

    def like(self, chat: Chat) -> list[Chat]:
        """Return other chats by what they have in common with one, at most ten."""
        topics = topics_of(chat.text)
        shared = {other.id: len(topics & topics_of(other.text)) for other in self.all() if other.id != chat.id}
        found = [other for other in self.all() if shared.get(other.id)]
        return sorted(found, key=lambda other: -shared[other.id])[:10]


def _check_groups(filters: object) -> None:
    """Check that filters are groups and conditions; raises 400."""
    if not is_object(filters):
        raise bad_search("A filter should be an object with AND, OR, or a field")
    for name in ("AND", "OR"):
        group = filters.get(name)
        if group is not None and not is_array(group):
            raise bad_search(f"{name} should be a list of filters")
        for each in group or ():
            _check_groups(each)


def passes(filters: JSONMapping, fields: JSONMapping) -> bool:
    """Return whether an object passes a group of filters or a condition; raises 400 for what is neither."""
    if filters.get("AND") is not None:
        return all(passes(each, fields) for each in filters["AND"])
    if filters.get("OR") is not None:
        return any(passes(each, fields) for each in filters["OR"])
    name, kind, wanted = str(filters.get("field")), filters.get("op"), filters.get("value")
    if kind not in _OPERATORS_OF.get(name, ()):
        raise bad_search(f"There is no field {name!r} with an operator {kind!r}")
    value = fields[name]
    if kind == "isnull":
        return (value is None) is bool(wanted)
    try:
        return value is not None and bool(_TESTS[kind](value, wanted))
    except (TypeError, re.error) as error:
        raise bad_search(f"{wanted!r} can not be compared with {name!r} by {kind!r}") from error


def bad_search(message: str) -> FakeAPIError:
    """Return the error of a search that can not be made."""
    return observability_error(HTTPStatus.BAD_REQUEST, message, "SEARCH_BAD_REQUEST")


def _small(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, wanted: test(str.lower(value), str.lower(wanted))


def _matches(value: str, wanted: str) -> bool:
    return re.search(wanted, value) is not None


_TESTS: dict[Any, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "isnull": operator.is_,
    "startswith": lambda value, wanted: value.startswith(wanted),
    "istartswith": _small(str.startswith),
    "endswith": lambda value, wanted: value.endswith(wanted),
    "iendswith": _small(str.endswith),
    "contains": lambda value, wanted: wanted in value,
    "icontains": _small(str.__contains__),
    "notcontains": lambda value, wanted: wanted not in value,
    "inotcontains": _small(lambda value, wanted: wanted not in value),
    "matches": _matches,
    "includes": lambda value, wanted: wanted in value,
    "excludes": lambda value, wanted: wanted not in value,
    "len_eq": lambda value, wanted: len(value) == wanted,
}
