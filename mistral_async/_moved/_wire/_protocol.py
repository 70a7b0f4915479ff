"""Where pickles of 0.1 find timings."""

from mistral_async._http.protocol import Timings

__all__ = ["Timings"]
