"""Where pickles of 0.1 find `calls`."""

from mistral_async._client.resources import Calls

__all__ = ["Calls"]
