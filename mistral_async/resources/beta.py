"""The groups that are in beta, such as conversations, agents and libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._binding.resource import M, Resource
from mistral_async._engine.first_use import group

if TYPE_CHECKING:
    from mistral_async.resources.admin.admin import Admin
    from mistral_async.resources.beta_agents import BetaAgents
    from mistral_async.resources.connectors import Connectors
    from mistral_async.resources.conversations import Conversations
    from mistral_async.resources.libraries import Libraries
    from mistral_async.resources.observability.observability import Observability
    from mistral_async.resources.prompts import Prompts
    from mistral_async.resources.rag import RAG
    from mistral_async.resources.search_indexes import Context
    from mistral_async.resources.service_accounts import ServiceAccounts
    from mistral_async.resources.skills import Skills
    from mistral_async.resources.triggers import Triggers
    from mistral_async.resources.users import Users
    from mistral_async.resources.webhooks import Webhooks


class Beta(Resource[M]):
    """The groups of endpoints that are in beta."""

    @group
    def conversations(self) -> Conversations[M]:
        """Conversations that the server keeps."""
        from mistral_async.resources.conversations import Conversations

        return Conversations(self._executor)

    @group
    def agents(self) -> BetaAgents[M]:
        """Agents that the server keeps."""
        from mistral_async.resources.beta_agents import BetaAgents

        return BetaAgents(self._executor)

    @group
    def libraries(self) -> Libraries[M]:
        """Libraries of documents."""
        from mistral_async.resources.libraries import Libraries

        return Libraries(self._executor)

    @group
    def connectors(self) -> Connectors[M]:
        """Connectors: services whose tools agents use."""
        from mistral_async.resources.connectors import Connectors

        return Connectors(self._executor)

    @group
    def prompts(self) -> Prompts[M]:
        """Prompts that the server keeps."""
        from mistral_async.resources.prompts import Prompts

        return Prompts(self._executor)

    @group
    def skills(self) -> Skills[M]:
        """Skills that the server keeps."""
        from mistral_async.resources.skills import Skills

        return Skills(self._executor)

    @group
    def triggers(self) -> Triggers[M]:
        """Triggers, which start something when a webhook gets an event."""
        from mistral_async.resources.triggers import Triggers

        return Triggers(self._executor)

    @group
    def webhooks(self) -> Webhooks[M]:
        """Webhooks, which take the events of other services."""
        from mistral_async.resources.webhooks import Webhooks

        return Webhooks(self._executor)

    @group
    def context(self) -> Context[M]:
        """Knowledge for agents: search indexes that the server keeps."""
        from mistral_async.resources.search_indexes import Context

        return Context(self._executor)

    @group
    def rag(self) -> RAG[M]:
        """Search indexes of your own, and the pipelines that fill them."""
        from mistral_async.resources.rag import RAG

        return RAG(self._executor)

    @group
    def admin(self) -> Admin[M]:
        """The admin API, which takes a key of its own."""
        from mistral_async.resources.admin.admin import Admin

        return Admin(self._executor)

    @group
    def service_accounts(self) -> ServiceAccounts[M]:
        """Service accounts: identities of programs."""
        from mistral_async.resources.service_accounts import ServiceAccounts

        return ServiceAccounts(self._executor)

    @group
    def users(self) -> Users[M]:
        """The user or service account that the key belongs to."""
        from mistral_async.resources.users import Users

        return Users(self._executor)

    @group
    def observability(self) -> Observability[M]:
        """Observability: what was made, what judges say of it, and what it is compared with."""
        from mistral_async.resources.observability.observability import Observability

        return Observability(self._executor)
