"""Where pickles of 0.1 find how jobs are asked for."""

from mistral_async._results.poll import Poll, WaitTimeoutError

__all__ = ["Poll", "WaitTimeoutError"]
