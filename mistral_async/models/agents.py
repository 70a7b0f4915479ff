"""Completions by an agent: the messages and answers of a chat; the agent brings the model."""

from __future__ import annotations

from mistral_async.models.chat import CompletionOptions


class AgentsCompletionOptions(CompletionOptions, total=False):
    """Options of a completion by an agent. None is not sent."""
