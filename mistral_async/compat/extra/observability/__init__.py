"""The official SDK's `mistralai.extra.observability`: messages as traces have them. Tracing: the extra `otel`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async.compat._official import names

if not TYPE_CHECKING:
    __getattr__ = names(__name__)
