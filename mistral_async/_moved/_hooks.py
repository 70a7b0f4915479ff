"""Where pickles of 0.1 find hooks."""

from mistral_async._engine.hooks import Hooks

__all__ = ["Hooks"]
