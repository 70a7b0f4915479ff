"""What an API does to its answers in time: fields come, go and become null, tags and scalars change."""

from __future__ import annotations

from types import MemberDescriptorType

import msgspec

HOW = ("add", "drop", "rename", "change", "empty")
STRANGE = [None, True, 7, -1.5, 2.0, 1e300, "strange", "", "2031-01-01T00:00:00Z"]
TAGS = {"type", "role", "object", "finish_reason", "model_type", "purpose"}


def spots(body, path=()):
    """Every key and index of a body."""
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from spots(value, (*path, key))


def mutate(body, spot, how, value):
    """Change one spot in one way, if it can be; whether it could."""
    *path, last = spot
    holder = body
    for key in path:
        holder = holder[key]
    here = holder[last]
    match how:
        case "add" if isinstance(holder, dict):
            holder["added tomorrow"] = {"deep": [value]}
        case "drop" if isinstance(holder, dict) and last != "id":
            del holder[last]
        case "rename" if last in TAGS:
            holder[last] = "tomorrow"
        case "change" if isinstance(here, (str, int, float)):
            holder[last] = value
        case "empty":
            holder[last] = None
        case _:
            return False
    return True


def read_everything(value):
    """Every property of every object, as a user reads them."""
    if isinstance(value, msgspec.Struct):
        for name in dir(type(value)):
            if not name.startswith("_") and not callable(vars(msgspec.Struct).get(name)):
                found = getattr(value, name)
                if isinstance(getattr(type(value), name), MemberDescriptorType):
                    read_everything(found)
    elif isinstance(value, list):
        for each in value:
            read_everything(each)
    elif isinstance(value, dict):
        for each in value.values():
            read_everything(each)
