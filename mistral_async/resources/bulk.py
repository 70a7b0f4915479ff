"""Bulk work over the endpoints of the client."""

from __future__ import annotations

from mistral_async._binding.async_executor import LazyExecutor
from mistral_async._binding.resource import Lazy, M
from mistral_async.bulk._bulk import Bulk, BulkEndpoints
from mistral_async.resources.chat import Chat
from mistral_async.resources.classifiers import Classifiers
from mistral_async.resources.embeddings import Embeddings

_CHAT: Chat[Lazy] = Chat(LazyExecutor())
_EMBEDDINGS: Embeddings[Lazy] = Embeddings(LazyExecutor())
_CLASSIFIERS: Classifiers[Lazy] = Classifiers(LazyExecutor())


class ClientBulk(Bulk[M]):
    """Many calls at once."""

    _endpoints = BulkEndpoints(
        complete=_CHAT.complete,
        embed=_EMBEDDINGS.create,
        moderate=_CLASSIFIERS.moderate,
        moderate_chat=_CLASSIFIERS.moderate_chat,
        classify=_CLASSIFIERS.classify,
        classify_chat=_CLASSIFIERS.classify_chat,
    )
