"""The tree of resources, one for each face of a client, and `calls`: the tree of requests that are not performed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from mistral_async._binding.async_executor import LazyExecutor
from mistral_async._binding.raw import Raw
from mistral_async._binding.resource import Lazy, M
from mistral_async._engine.first_use import group

if TYPE_CHECKING:
    from mistral_async.bulk import Bulk
    from mistral_async.resources.agents import Agents
    from mistral_async.resources.audio import Audio
    from mistral_async.resources.batch import Batch
    from mistral_async.resources.beta import Beta
    from mistral_async.resources.chat import Chat
    from mistral_async.resources.classifiers import Classifiers
    from mistral_async.resources.embeddings import Embeddings
    from mistral_async.resources.files import Files
    from mistral_async.resources.fim import Fim
    from mistral_async.resources.fine_tuning import FineTuning
    from mistral_async.resources.models import Models
    from mistral_async.resources.ocr import Ocr
    from mistral_async.resources.realtime_sessions import Realtime
    from mistral_async.resources.responses import Responses
    from mistral_async.resources.workflows.workflows import Workflows


class Resources(Raw[M], Generic[M]):
    """Every group of endpoints. A group's module loads when it is first used."""

    @group
    def chat(self) -> Chat[M]:
        """Chat completions."""
        from mistral_async.resources.chat import Chat

        return Chat(self._executor)

    @group
    def fim(self) -> Fim[M]:
        """Fill-in-the-middle completions of code."""
        from mistral_async.resources.fim import Fim

        return Fim(self._executor)

    @group
    def agents(self) -> Agents[M]:
        """Completions by an agent."""
        from mistral_async.resources.agents import Agents

        return Agents(self._executor)

    @group
    def embeddings(self) -> Embeddings[M]:
        """Embeddings."""
        from mistral_async.resources.embeddings import Embeddings

        return Embeddings(self._executor)

    @group
    def classifiers(self) -> Classifiers[M]:
        """Moderation and classification."""
        from mistral_async.resources.classifiers import Classifiers

        return Classifiers(self._executor)

    @group
    def ocr(self) -> Ocr[M]:
        """Text out of documents and images."""
        from mistral_async.resources.ocr import Ocr

        return Ocr(self._executor)

    @group
    def responses(self) -> Responses[M]:
        """Stateless responses in OpenAI's format."""
        from mistral_async.resources.responses import Responses

        return Responses(self._executor)

    @group
    def audio(self) -> Audio[M]:
        """Transcription, speech and voices."""
        from mistral_async.resources.audio import Audio

        return Audio(self._executor)

    @group
    def realtime(self) -> Realtime[M]:
        """Sessions of browsers and apps, without your key."""
        from mistral_async.resources.realtime_sessions import Realtime

        return Realtime(self._executor)

    @group
    def files(self) -> Files[M]:
        """Files that you uploaded."""
        from mistral_async.resources.files import Files

        return Files(self._executor)

    @group
    def models(self) -> Models[M]:
        """The models there are."""
        from mistral_async.resources.models import Models

        return Models(self._executor)

    @group
    def fine_tuning(self) -> FineTuning[M]:
        """Fine-tuning jobs."""
        from mistral_async.resources.fine_tuning import FineTuning

        return FineTuning(self._executor)

    @group
    def batch(self) -> Batch[M]:
        """Batch jobs."""
        from mistral_async.resources.batch import Batch

        return Batch(self._executor)

    @group
    def bulk(self) -> Bulk[M]:
        """Many calls at once, at the speed of the account."""
        from mistral_async.resources.bulk import ClientBulk

        return ClientBulk(self._executor)

    @group
    def workflows(self) -> Workflows[M]:
        """Workflows."""
        from mistral_async.resources.workflows.workflows import Workflows

        return Workflows(self._executor)

    @group
    def beta(self) -> Beta[M]:
        """Conversations, agents and libraries."""
        from mistral_async.resources.beta import Beta

        return Beta(self._executor)


class Calls(Resources[Lazy]):
    """Requests as values: `calls.chat.complete(...)` describes one without performing it."""

    def __init__(self) -> None:
        super().__init__(LazyExecutor())


calls: Calls = Calls()
