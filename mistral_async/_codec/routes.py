"""The routes of inference: endpoints that answer from what they are sent, and keep nothing of it."""

from __future__ import annotations

from typing import Final

SPEECH: Final = "/v1/audio/speech"
TRANSCRIPTIONS: Final = "/v1/audio/transcriptions"
AGENTS: Final = "/v1/agents/completions"
RESPONSES: Final = "/v1/responses"
INFERENCE: Final = frozenset(
    {
        SPEECH,
        TRANSCRIPTIONS,
        "/v1/chat/classifications",
        "/v1/chat/completions",
        "/v1/chat/moderations",
        "/v1/classifications",
        "/v1/embeddings",
        "/v1/fim/completions",
        "/v1/moderations",
        "/v1/ocr",
    }
)
"""Those that name a model and nothing of an account's own; `AGENTS` and `RESPONSES` may."""
