"""Where pickles of 0.1 find what had arrived of a stream."""

from mistral_async._results.accumulate import Accumulator as Assembly
from mistral_async._results.accumulate import CompletionAccumulator as Completion

__all__ = ["Assembly", "Completion"]
