"""Connectors of an execution, as the official SDK names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async.compat._official import names
from mistral_async.models import ConnectorBindings, ConnectorExtension, ConnectorSlot, WorkflowExtensions

__all__ = ["ConnectorBindings", "ConnectorExtension", "ConnectorSlot", "WorkflowExtensions"]


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
