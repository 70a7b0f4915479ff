"""The names of `mistralai` in `mistral_async.compat`, and those of its version 0, which have no place there."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from functools import cache
from types import ModuleType
from typing import Final

from mistral_async.compat._official import Placeholder, is_of_others

OFFICIAL: Final = "mistralai"
COMPAT: Final = "mistral_async.compat"
DISTRIBUTION: Final = "mistral-async"
TOPS: Final = {OFFICIAL: COMPAT, "mistralai_azure": f"{COMPAT}.azure", "mistralai_gcp": f"{COMPAT}.gcp"}
"""The packages of the official SDK, and what they are here."""

_MODELS: Final = f"{COMPAT}.models"

# Rule 1: `mistralai` (version 1) and `mistralai.client` (later ones) are `mistral_async.compat`; what is below them has
# the same path below it.
# Rule 2: Other distributions are below `mistralai`, too (`mistralai.workflows`): their names stay.
# Rule 3: A name is told of if importing it from `compat` fails or gives a placeholder: nothing here lists what it has.

_GUIDE: Final = "https://github.com/mistralai/client-python/blob/main/MIGRATION.md"
_VERSION_0_MODULES: Final = frozenset(
    {
        "async_client",
        "client_base",
        "constants",
        "exceptions",
        "models.chat_completion",
        "models.common",
        "models.embeddings",
        "models.files",
        "models.jobs",
        "models.models",
    }
)
_CLIENTS: Final = {
    "MistralClient": "use Mistral, whose methods are in groups: client.chat.complete(...)",
    "MistralAsyncClient": "use Mistral: await client.chat.complete_async(...)",
}
_VERSION_0_NAMES: Final = {
    **_CLIENTS,
    "ChatMessage": 'use dicts, {"role": "user", "content": ...}, or UserMessage, SystemMessage, AssistantMessage',
    "MistralException": "catch errors.MistralError",
    "MistralAPIException": "catch errors.SDKError, which has the status_code",
    "MistralAPIStatusException": "catch errors.SDKError, which has the status_code",
    "MistralConnectionException": "catch httpx.TransportError",
}
VERSION_0_METHODS: Final = {
    "chat": "chat.complete",
    "chat_stream": "chat.stream",
    "completion": "fim.complete",
    "completion_stream": "fim.stream",
    "embeddings": "embeddings.create",
    "list_models": "models.list",
}
"""The methods of version 0's client, and those in their place."""


def is_official(dotted: str) -> bool:
    """Return whether a dotted name is a package of the official SDK, or below it (rule 2)."""
    return dotted.partition(".")[0] in TOPS and not is_of_others(dotted)


def compat_name(dotted: str) -> str:
    """Return the dotted name of `mistral_async.compat` for one of the official SDK (rule 1)."""
    top, *below = dotted.split(".")
    return ".".join([TOPS[top], *(below[1:] if below[:1] == ["client"] else below)])


def compat_module(module: str, names: Iterable[str]) -> str:
    """Return the module of `compat` that has names of an official one: `models` for models, as type checkers know."""
    own = compat_name(module)
    if not own.startswith(f"{_MODELS}."):
        return own
    pairs = [(f"{own}.{name}", f"{_MODELS}.{name}") for name in names]
    same = all(problem_of(old) is problem_of(new) is None and _same(old, new) for old, new in pairs)
    return _MODELS if pairs and same else own


def _same(*dotted: str) -> bool:
    first, second = map(pkgutil.resolve_name, dotted)
    return first is second


def version_0_advice(dotted: str) -> str | None:
    """Return what takes the place of a name of version 0; None for a name of a later one."""
    module, _, name = dotted.removeprefix(f"{OFFICIAL}.").rpartition(".")
    if _VERSION_0_MODULES.isdisjoint({module, dotted.removeprefix(f"{OFFICIAL}.")}) and name not in _CLIENTS:
        return None
    return f"{name} is of version 0: {_VERSION_0_NAMES.get(name, f'see {_GUIDE}')}"


def is_module(dotted: str) -> bool:
    """Return whether a name of `mistral_async.compat` is a module's."""
    return problem_of(dotted) is None and isinstance(pkgutil.resolve_name(dotted), ModuleType)


@cache
def problem_of(dotted: str) -> str | None:
    """Return why a name of `mistral_async.compat` can not be imported or used, or None (rule 3)."""
    try:
        found = pkgutil.resolve_name(dotted)
    except AttributeError:
        return f"{dotted} is not there"
    except ImportError as error:
        return str(error)
    return f"{dotted} is imported, but raises when it is used" if isinstance(found, Placeholder) else None
