"""Tool calls of a history in the form that the API takes; the program sees them in the form that they came in."""

from __future__ import annotations

import hashlib
import itertools
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec

from mistral_async._codec.json_encode import encode, to_builtins
from mistral_async._codec.json_schema.type_codec import MismatchError
from mistral_async._codec.json_types import is_mapping
from mistral_async.tools._content import plain_text
from mistral_async.tools._function import arguments_of

# Sending calls back
#
# Rule 1: The API takes an id of nine ASCII letters and digits. One like that is sent as it is. Any other (of another
#   provider or server), none, and one that an earlier call has, is sent as another id, which is made of it.
# Rule 2: What is sent is a copy, with the same id in a call and in its results. Messages, entries, events and deferred
#   runs keep what came.
# Rule 3: The mapping depends on what is sent alone, so that a chat has the same ids in each of its requests, in every
#   process, and when it goes on after a deferred run.
# Rule 4: No id that is made is there already: those that are sent as they are are known first.
# Rule 5: A result belongs to the first call without a result of the last answer that has its id, else to the last
#   call that has it. A result without an id belongs to the first call of the last answer that has no result.
# Rule 6: Within one answer no two calls have one id where the program sees them: a decision on one is on that one.
# Rule 7: Servers read the arguments of a history, and refuse all of it, for ever, for one call that they can not read.
#   Arguments that are no object are sent as the one that was read of them; where none was, as `INVALID_JSON: text`.
# Rule 8: A name that no function can have is sent with `_` for what is not a letter, a digit, `_` or `-`.

_SENDABLE = re.compile("[a-zA-Z0-9]{9}")
_LENGTH = 9
_NAME = re.compile("[a-zA-Z0-9_-]{1,64}")
INVALID_JSON = "INVALID_JSON"
"""The key of arguments that can not be read."""
_DIGITS = string.digits + string.ascii_letters
_NO_IDS = {"", "None", "null"}


def name_of(given: object) -> str:
    """Return an id as text; empty for what stands for none."""
    name = str(given)
    return "" if name in _NO_IDS else name


def distinct_ids(given: Sequence[object], place: int) -> list[str]:
    """Return ids for the calls of one answer, the given ones where they can stay (rule 6); `place` is the answer's."""
    names = [name_of(each) for each in given]
    taken, found = set(names), list[str]()
    made = (f"call{place % 1000:03d}{number:02d}" for number in itertools.count())
    for name in names:
        found.append(name if name and name not in found else next(each for each in made if each not in taken))
    return found


def with_sendable_calls(messages: Sequence[Any]) -> list[Any]:
    """Return the messages of a chat with ids that the API takes; those that need no other ids are the same objects."""
    calls = [call for message in messages for call in _calls_of(message)]
    given = [_field(call, "id") for call in calls]
    results = [_field(message, "tool_call_id") for message in messages if _field(message, "role") == "tool"]
    if _are_distinct(given) and all(map(_is_sendable_id, (*given, *results))) and all(map(_is_sendable_call, calls)):
        return list(messages)
    ids = _CallIds([*given, *results])
    return [_mapped_message(message, ids) for message in messages]


def entries_with_sendable_calls(entries: Sequence[Any]) -> list[Any]:
    """Return the entries of a conversation likewise. A result whose call is the server's keeps the server's id."""
    calls = [entry for entry in entries if _field(entry, "type") == "function.call"]
    given = [_field(call, "tool_call_id") for call in calls]
    if _are_distinct(given) and all(map(_is_sendable_id, given)) and all(map(_is_sendable_function, calls)):
        return list(entries)
    ids = _CallIds(_field(entry, "tool_call_id") for entry in entries if _is_call_or_result(entry))
    known = set(map(name_of, given))
    found: list[Any] = []
    follows_call = False
    for entry in entries:
        is_call = _field(entry, "type") == "function.call"
        if is_call and not follows_call:
            ids.begin_answer()
        follows_call = is_call
        found.append(_mapped_entry(entry, ids, known))
    return found


class _CallIds:
    """The ids of one request: those that were given, and what is sent for them."""

    def __init__(self, given: Iterable[object]) -> None:
        self._taken = {name for each in given if _SENDABLE.fullmatch(name := name_of(each))}  # rule 4
        self._called: set[str] = set()
        self._last: dict[str, str] = {}
        self._waiting: list[tuple[str, str]] = []

    def begin_answer(self) -> None:
        """Begin the calls of another answer."""
        self._waiting = []

    def of_call(self, given: object) -> str:
        """Return the id to send for a call."""
        name = name_of(given)
        sent = name if _SENDABLE.fullmatch(name) and name not in self._called else self._make(name)
        self._called.add(sent)
        self._last[name] = sent
        self._waiting.append((name, sent))
        return sent

    def of_result(self, given: object) -> str:
        """Return the id to send for a result (rule 5)."""
        name = name_of(given)
        for place, (called, sent) in enumerate(self._waiting):
            if not name or called == name:
                del self._waiting[place]
                return sent
        if name not in self._last:  # a result without its call: the API says so, of an id that it can read
            self._last[name] = name if _SENDABLE.fullmatch(name) else self._make(name)
        return self._last[name]

    def _make(self, name: str) -> str:
        """Make an id of another, that no call has."""
        for number in itertools.count():
            rest = int.from_bytes(hashlib.sha256(f"{number}:{name}".encode(errors="replace")).digest()[:_LENGTH], "big")
            digits = ""
            for _ in range(_LENGTH):
                rest, digit = divmod(rest, len(_DIGITS))
                digits += _DIGITS[digit]
            if digits not in self._taken:
                self._taken.add(digits)
                return digits
        raise AssertionError  # pragma: no cover - the count has no end


def _is_sendable_id(given: object) -> bool:
    return isinstance(given, str) and _SENDABLE.fullmatch(given) is not None


def _are_distinct(given: Sequence[object]) -> bool:
    return len(set(map(str, given))) == len(given)


def _is_sendable_call(call: object) -> bool:
    return _is_sendable_function(_field(call, "function"))


def _is_sendable_function(function: object) -> bool:
    """Return True if the API takes the name and the arguments of a function call or its entry."""
    name, arguments = _field(function, "name"), _field(function, "arguments")
    return (
        isinstance(name, str)
        and _NAME.fullmatch(name) is not None
        and (isinstance(arguments, dict) or _is_json_object(arguments))
    )


def _is_json_object(arguments: object) -> bool:
    try:
        return isinstance(arguments, str) and isinstance(msgspec.json.decode(arguments), dict)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return False


def _mapped_function(function: Any) -> Any:
    """Return a function call or its entry as the API takes it (rules 7 and 8)."""
    if _is_sendable_function(function):
        return function
    name, arguments = name_of(_field(function, "name")), _field(function, "arguments")
    try:
        found = arguments_of(arguments)
    except MismatchError:
        found = {INVALID_JSON: plain_text(str(arguments))}
    as_text = arguments if _is_json_object(arguments) else encode(found).decode()
    return _with(function, name=re.sub("[^a-zA-Z0-9_-]", "_", name)[:64] or "_", arguments=as_text)


def _mapped_call(call: Any, ids: _CallIds) -> Any:
    function = _field(call, "function")
    mapped = {} if function is None else {"function": _mapped_function(function)}
    return _with(call, id=ids.of_call(_field(call, "id")), **mapped)


def _mapped_message(message: Any, ids: _CallIds) -> Any:
    if calls := _calls_of(message):
        ids.begin_answer()
        return _with(message, tool_calls=[_mapped_call(call, ids) for call in calls])
    if _field(message, "role") == "tool":
        return _with(message, tool_call_id=ids.of_result(_field(message, "tool_call_id")))
    return message


def _is_call_or_result(entry: object) -> bool:
    return _field(entry, "type") in {"function.call", "function.result"}


def _mapped_entry(entry: Any, ids: _CallIds, known: set[str]) -> Any:
    given = _field(entry, "tool_call_id")
    match _field(entry, "type"):
        case "function.call":
            return _with(_mapped_function(entry), tool_call_id=ids.of_call(given))
        case "function.result" if name_of(given) in known:
            return _with(entry, tool_call_id=ids.of_result(given))
        case _:
            return entry


def _calls_of(message: object) -> Sequence[object]:
    calls = _field(message, "tool_calls")
    return cast("Sequence[object]", calls) if isinstance(calls, (list, tuple)) else ()


def _field(value: object, name: str) -> object:
    """Return a field of a message, an entry or a call, whether it is a dict or an object."""
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value).get(name)
    return getattr(value, name, None)


def _with(value: Any, **fields: object) -> Any:
    """Return a copy with other fields; what is no object (a call without a function) as it is: the API says so."""
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(value, **fields)
    plain = value if is_mapping(value) else to_builtins(value)
    return {**plain, **fields} if is_mapping(plain) else value
