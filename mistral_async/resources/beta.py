"""The groups that are in beta: conversations, agents and libraries."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from mistral_async._binding.resource import M, Resource

if TYPE_CHECKING:
    from mistral_async.resources.beta_agents import BetaAgents
    from mistral_async.resources.conversations import Conversations
    from mistral_async.resources.libraries import Libraries


class Beta(Resource[M]):
    """The groups of endpoints that are in beta."""

    @functools.cached_property
    def conversations(self) -> Conversations[M]:
        """Conversations that the server keeps."""
        from mistral_async.resources.conversations import Conversations

        return Conversations(self._executor)

    @functools.cached_property
    def agents(self) -> BetaAgents[M]:
        """Agents that the server keeps."""
        from mistral_async.resources.beta_agents import BetaAgents

        return BetaAgents(self._executor)

    @functools.cached_property
    def libraries(self) -> Libraries[M]:
        """Libraries of documents."""
        from mistral_async.resources.libraries import Libraries

        return Libraries(self._executor)
