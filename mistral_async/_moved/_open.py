"""Where pickles of 0.1 find unknown variants."""

from mistral_async._codec.open_union import Unknown

__all__ = ["Unknown"]
