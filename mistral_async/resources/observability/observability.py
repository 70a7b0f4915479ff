"""Observability: what was made, what judges say of it, and what it is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._binding.resource import M, Resource
from mistral_async._engine.first_use import group

if TYPE_CHECKING:
    from mistral_async.resources.observability.campaigns import Campaigns
    from mistral_async.resources.observability.chat_completion_events import ChatCompletionEvents
    from mistral_async.resources.observability.datasets import Datasets
    from mistral_async.resources.observability.evaluations import Evaluations
    from mistral_async.resources.observability.judges import Judges
    from mistral_async.resources.observability.logs import Logs
    from mistral_async.resources.observability.spans import Spans
    from mistral_async.resources.observability.traces import Traces


class Observability(Resource[M]):
    """The groups of observability."""

    @group
    def judges(self) -> Judges[M]:
        """Judges: models that judge conversations."""
        from mistral_async.resources.observability.judges import Judges

        return Judges(self._executor)

    @group
    def datasets(self) -> Datasets[M]:
        """Datasets, and the tasks that import records into them."""
        from mistral_async.resources.observability.datasets import Datasets

        return Datasets(self._executor)

    @group
    def campaigns(self) -> Campaigns[M]:
        """Campaigns: a judge judges the chats that a search finds."""
        from mistral_async.resources.observability.campaigns import Campaigns

        return Campaigns(self._executor)

    @group
    def chat_completion_events(self) -> ChatCompletionEvents[M]:
        """Chats that were made, as events to search."""
        from mistral_async.resources.observability.chat_completion_events import ChatCompletionEvents

        return ChatCompletionEvents(self._executor)

    @group
    def evaluations(self) -> Evaluations[M]:
        """Evaluations, their runs, and pipelines that evaluate spans as they arrive."""
        from mistral_async.resources.observability.evaluations import Evaluations

        return Evaluations(self._executor)

    @group
    def traces(self) -> Traces[M]:
        """Traces: requests, with all that was done for them."""
        from mistral_async.resources.observability.traces import Traces

        return Traces(self._executor)

    @group
    def spans(self) -> Spans[M]:
        """Spans: the steps of traces, and evaluations of them."""
        from mistral_async.resources.observability.spans import Spans

        return Spans(self._executor)

    @group
    def logs(self) -> Logs[M]:
        """Logs."""
        from mistral_async.resources.observability.logs import Logs

        return Logs(self._executor)
