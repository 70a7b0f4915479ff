"""Answers that were cut: the model goes on with them, until they are whole.

Knows requests, streams and models, and no resource: the methods stand beside the endpoint that they stream from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._lazy import lazy

if TYPE_CHECKING:
    from mistral_async.continuation._continuation import Continuation as Continuation
    from mistral_async.continuation._cut import CutAnswer as CutAnswer
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "mistral_async.continuation._continuation": "Continuation",
            "mistral_async.continuation._cut": "CutAnswer",
        },
    )
