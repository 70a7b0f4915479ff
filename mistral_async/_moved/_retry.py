"""Where pickles of 0.1 find what is repeated."""

from mistral_async._engine.retry import BackoffStrategy, RetryConfig

__all__ = ["BackoffStrategy", "RetryConfig"]
