"""Where pickles of 0.1 find what `calls` describes requests with."""

from mistral_async._binding.async_executor import LazyExecutor as LazyFace

__all__ = ["LazyFace"]
