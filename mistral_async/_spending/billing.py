"""Billing: which requests are billed by themselves, and under which name their usage is counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from mistral_async._codec.routes import AGENTS, INFERENCE, RESPONSES

_ROUTES: Final = INFERENCE | {AGENTS, RESPONSES}
_CONVERSATIONS: Final = "/v1/conversations"
"""The beginning of the routes of conversations, whose ids may stand in them."""


class Billable(Protocol):
    """A request, as far as it says whether and to whom it is billed."""

    @property
    def method(self) -> str:
        """The method of HTTP."""
        ...

    @property
    def route(self) -> str:
        """The template of its path."""
        ...

    @property
    def fields(self) -> Mapping[str, Any]:
        """The parameters in its body."""
        ...


def is_billed(request: Billable) -> bool:
    """Return whether a request is billed by itself, as batch and fine-tuning jobs are not."""
    return request.method == "POST" and (request.route in _ROUTES or request.route.startswith(_CONVERSATIONS))


def payer(request: Billable) -> str:
    """Return the name that usage is counted under where no model is named: the agent, else the route."""
    agent: object = request.fields.get("agent_id")
    return agent if isinstance(agent, str) else request.route
