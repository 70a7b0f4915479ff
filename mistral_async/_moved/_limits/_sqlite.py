"""Where pickles of 0.1 find the store in a file."""

from mistral_async._ratelimit.sqlite import SQLiteStore

__all__ = ["SQLiteStore"]
