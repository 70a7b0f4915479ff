"""Where pickles of 0.1 find answers."""

from mistral_async._codec.attempt import Attempt
from mistral_async._codec.headers import Headers
from mistral_async._engine.response import Response

__all__ = ["Attempt", "Headers", "Response"]
