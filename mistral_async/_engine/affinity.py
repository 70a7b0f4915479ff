"""Which requests may go to any account: those that name nothing which belongs to one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from mistral_async._codec.json_types import is_array, is_object
from mistral_async._codec.routes import INFERENCE
from mistral_async._engine.request import Request, model_of
from mistral_async._http.protocol import BodySource

# Rule 1: Inference that keeps nothing goes to any account: chats, FIM, embeddings, moderation, classification, OCR,
# transcription and speech. All else belongs to one: files, batch jobs, fine-tuning, agents, conversations, libraries,
# lists of models, what is administered.
# Rule 2: So does inference that names such a thing: a file, an agent, a library, a connector, a prompt, a voice of
# one's own, a fine-tuned model, be it one to fall back to, or in an `extra_body`. What a schema or the arguments of a
# tool name so is none.
# Rule 3: Bodies are searched for the names alone first; a body that has one is decoded and looked at.

_OWNED: Final = frozenset(
    {
        "agent_id",
        "connector_id",
        "custom_skills",
        "file_id",
        "file_ids",
        "library_ids",
        "prompt_id",
        "skill_id",
        "voice_id",
    }
)
_AS_WRITTEN: Final = tuple(f'"{name}":'.encode() for name in sorted(_OWNED))
_FOREIGN: Final = frozenset({"arguments", "metadata", "parameters", "schema"})
_TUNED: Final = ("ft:", "ft-")


def goes_anywhere(
    request: Request, extra: Mapping[str, Any] | None, body: bytes | BodySource | None, others: Iterable[str] = ()
) -> bool:
    """Return whether any account may perform a request with its model and the others.

    `body` is how it was encoded, with `extra` in it.
    """
    models = (model_of(request, extra) or "", *others)
    if request.route not in INFERENCE or any(model.startswith(_TUNED) for model in models):
        return False
    if request.form is not None:
        return _OWNED.isdisjoint((*request.form.values, *(extra or ())))
    if not isinstance(body, bytes) or not any(name in body for name in _AS_WRITTEN):
        return True
    return not _names_owned(msgspec.json.decode(body))


def _names_owned(value: object) -> bool:
    """Return whether a decoded body names something that belongs to an account (rule 2)."""
    if is_object(value):
        return any(
            (name in _OWNED and bool(each)) or (name not in _FOREIGN and _names_owned(each))
            for name, each in value.items()
        )
    return is_array(value) and any(map(_names_owned, value))
