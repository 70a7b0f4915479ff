"""A `prompt_cache_key` for completions that begin alike: what the API has read before costs a tenth.

The key is made of what is the same from request to request, in every process: the model, the system messages at the
beginning and the tools; where a chat has neither, of its first message. The API gets a digest of it.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from itertools import takewhile
from typing import Any, Final, Literal, TypeVar

import msgspec

from mistral_async._codec.json_encode import encode_any
from mistral_async._codec.json_types import is_array, is_object
from mistral_async._engine.request import Request
from mistral_async.errors import ConfigurationError

R = TypeVar("R", bound=Request)

KEY: Final = "prompt_cache_key"
_ROUTES: Final = frozenset({"/v1/chat/completions", "/v1/agents/completions", "/v1/responses"})
_SAME: Final = ("model", "agent_id", "instructions", "tools")
_LENGTH: Final = 32


def with_prompt_cache_key(request: R, extra: Mapping[str, Any] | None) -> R:
    """Return a completion with a key; any other request, or one that has a key, as it is."""
    body = request.json
    if request.route not in _ROUTES or not is_object(body) or KEY in body or (extra and KEY in extra):
        return request
    try:
        return request.replace(json={**body, KEY: _key_of({**body, **(extra or {})})})
    except (TypeError, ValueError, RecursionError):  # it can not be written, which is told of it as a whole
        return request


def _key_of(body: Mapping[str, Any]) -> str:
    messages = body.get("messages", body.get("input"))
    given: list[Any] = messages if is_array(messages) else [messages]
    beginning = list(takewhile(_is_system, given))
    if not beginning and not body.get("tools") and not body.get("instructions"):
        beginning = given[:1]
    import hashlib

    stable = [[body.get(name) for name in _SAME], beginning]
    canonical = msgspec.json.encode(msgspec.json.decode(encode_any(stable)), order="sorted")
    return f"auto-{hashlib.sha256(canonical).hexdigest()[:_LENGTH]}"


def _is_system(message: object) -> bool:
    fields: Any = message
    role = fields.get("role") if isinstance(message, Mapping) else getattr(message, "role", None)
    return role == "system"


def checked_prompt_cache(given: Any) -> Literal["auto", "off"] | None:
    """Return the setting; raises `ConfigurationError` for what is none."""
    if given not in (None, "auto", "off"):  # of what has no hash, too
        raise ConfigurationError(f"prompt_cache must be 'auto' or 'off', not {given!r}")
    if given == "auto":
        importlib.import_module("hashlib")  # before the first call, which may have no descriptors left
    found: Literal["auto", "off"] | None = given
    return found
