"""Where pickles of 0.1 find an error of downloads."""

from mistral_async._results.save import ChecksumError

__all__ = ["ChecksumError"]
