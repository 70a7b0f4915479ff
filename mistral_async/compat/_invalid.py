"""The errors of values that do not fit: those of pydantic where it is loaded."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from mistral_async._codec.json_types import is_array, is_mapping

_PLACE: Final = re.compile(r" - at `\$(.*)`$")
_STEP: Final = re.compile(r"\.(\w+)|\[(\d+)\]")
_MISSING: Final = re.compile(r"missing required field `(.+?)`")
_EXPECTED: Final = re.compile(r"Expected `(\w+)[^`]*`(?:, got `(\w+)`)?")
_KINDS: Final = {
    "str": "string_type",
    "int": "int_parsing",
    "float": "float_parsing",
    "bool": "bool_parsing",
    "array": "list_type",
    "object": "dict_type",
    "bytes": "bytes_type",
    "datetime": "datetime_parsing",
    "null": "none_required",
}
"""Types as msgspec names them, and pydantic's errors for a text (`_parsing`; `_type` for other values) or any value."""
_WITH_CONTEXT: Final = ("datetime_parsing", "json_invalid", "model_type")


class Fault(NamedTuple):
    """A value that does not fit."""

    loc: tuple[str | int, ...]
    """The field, and the keys and places inside of it."""
    message: str
    """As msgspec says it."""
    value: Any
    """The whole value of the field, or the object that lacks one."""
    kind: str = ""
    """The error's type in pydantic, where it is not told from the message."""


class InvalidFieldsError(TypeError, ValueError):
    """Fields of an object that are missing, or have values of other types."""


def is_loaded() -> bool:
    """Return whether the program has loaded pydantic 2."""
    return hasattr(sys.modules.get("pydantic_core"), "ValidationError") and sys.modules.get("pydantic") is not None


def invalid(title: str, faults: Iterable[Fault]) -> Exception:
    """Return the error of an object's fields: a `pydantic.ValidationError`, or where nobody has loaded that our own."""
    faults = list(faults)
    texts = (f"{'.'.join(map(str, each.loc))}: {each.message}".removeprefix(": ") for each in faults)
    own = InvalidFieldsError(f"{title}: {'; '.join(texts)}")
    if not is_loaded():
        return own
    core: Any = sys.modules["pydantic_core"]
    error: Exception = core.ValidationError.from_exception_data(
        title, [_details(core, title, each) for each in faults], hide_input=True
    )
    error.__cause__ = own
    return error


def _details(core: Any, title: str, fault: Fault) -> dict[str, Any]:
    """Return what pydantic knows of an invalid value."""
    message = _PLACE.sub("", fault.message)
    inner = _PLACE.search(fault.message)
    loc = [*fault.loc, *(name or int(index) for name, index in _STEP.findall(inner[1] if inner else ""))]
    value = _inside(fault.value, loc[len(fault.loc) :])
    kind: Any = fault.kind
    if found := _MISSING.search(message):
        kind, loc = "missing", [*loc, found[1]]
    elif not kind and (expected := _EXPECTED.match(message)) and expected[1] in _KINDS:
        kind = _KINDS[expected[1]]
        if kind.endswith("_parsing") and not isinstance(value, str):
            kind = kind.replace("parsing", "type")
    elif not kind:
        kind = core.PydanticCustomError("value_error", "Value error, {error}", {"error": message})
    details = {"type": kind, "loc": tuple(loc), "input": value}
    if kind in _WITH_CONTEXT:
        details["ctx"] = {"error": message, "class_name": title}
    return details


def _inside(value: Any, path: Iterable[Any]) -> Any:
    """Return the value at a path, or as near to it as the value goes."""
    for step in path:
        if (is_mapping(value) and step in value) or (is_array(value) and isinstance(step, int) and step < len(value)):
            value = value[step]
    return value
