"""What APIs and gateways do to answers: fields come, go and become null, tags change, and values of any kind others."""

from __future__ import annotations

import copy
import math
from types import MemberDescriptorType

import msgspec

HOW = ("add", "drop", "rename", "change", "empty")
SCALARS = [None, True, 7, -1.5, 2.0, 1e300, math.inf, -math.inf, math.nan, 10**400, "strange", "", "\ud83d"]
CONTAINERS = [[], {}, [None], ["strange"], {"strange": 7}, [[]], [{}], [{"strange": [7]}]]
STRANGE = [*SCALARS, "2031-01-01T00:00:00Z", *CONTAINERS]
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
    value = copy.deepcopy(value)  # a later change may be one of it
    holder = body
    for key in path:
        holder = holder[key]
    match how:
        case "add" if isinstance(holder, dict):
            holder["added tomorrow"] = {"deep": [value]}
        case "drop" if isinstance(holder, dict) and last != "id":
            del holder[last]
        case "rename" if last in TAGS:
            holder[last] = "tomorrow"
        case "change":
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
