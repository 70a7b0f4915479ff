"""Where pickles of 0.1 find requests, and what repeating them would cost: by value, and by name (Python 3.11.0)."""

from mistral_async._engine.paging import Offset, PageNumber, PageToken
from mistral_async._engine.request import Call, Download, Pages, RetrySafety, Stream

__all__ = ["Call", "Download", "Effect", "Offset", "PageNumber", "PageToken", "Pages", "Stream"]


class _Effect:
    NONE = RetrySafety.SAFE
    COSTS = RetrySafety.BILLED
    CREATES = RetrySafety.CREATES

    def __call__(self, value: str) -> RetrySafety:
        return RetrySafety(value)


Effect = _Effect()
