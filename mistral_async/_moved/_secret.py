"""Where pickles of 0.1 find headers that hold a key."""

from mistral_async._codec.redact import Secret

__all__ = ["Secret"]
