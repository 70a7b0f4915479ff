"""Where pickles of 0.1 find forms."""

from mistral_async._uploads.multipart import Form

__all__ = ["Form"]
