"""Where pickles of 0.1 find answers."""

from mistral_async._engine.response import Attempt, Headers, Response

__all__ = ["Attempt", "Headers", "Response"]
