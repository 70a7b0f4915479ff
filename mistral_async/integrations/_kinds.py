"""The kinds of tasks: what their items are, and which method of `client.bulk` does the work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from mistral_async import Call
from mistral_async.integrations._task import Task

_WIDTHS = {"mistral-embed": 1024, "codestral-embed": 1536}


class EmbedTask(Task):
    """Embeddings of texts."""

    method = "embed"
    default_output = "embedding"

    @property
    def width(self) -> int | None:
        """The length of the vectors, in their numbers, where it is known before they are there."""
        model: str = self.options.get("model", "mistral-embed")
        known = (width for name, width in _WIDTHS.items() if model.startswith(name))
        width: int | None = self.options.get("output_dimension") or next(known, None)
        return width // 8 if width and "binary" in self.options.get("output_dtype", "float") else width


class ChatTask(Task):
    """Chats: an item is a prompt, or the messages of one chat."""

    method = "chat"
    default_column: ClassVar[str | None] = "prompt"
    default_output = "answer"


class ModerateTask(Task):
    """Moderation of texts and conversations."""

    method = "moderate"
    default_output = "moderation"


class ClassifyTask(Task):
    """Classification of texts and conversations."""

    method = "classify"
    default_output = "classification"


class MapTask(Task):
    """Any request for each item.

    Args:
        call: Makes the request: `lambda row: calls.fim.complete(model="codestral-latest", prompt=row["code"])`.
        settings: Those of every `Task`.
    """

    method = "map"
    default_column: ClassVar[str | None] = None
    default_output = "result"

    def __init__(self, call: Callable[[Any], Call[Any]], **settings: Any) -> None:
        self._call = call
        super().__init__(**settings)

    def requests(self, items: Sequence[Any]) -> Sequence[Any]:
        """Return the requests for the items."""
        return [self._call(item) for item in items]
