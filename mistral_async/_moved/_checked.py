"""Where pickles of 0.1 find an error of uploads."""

from mistral_async._uploads.checked import IncompleteUploadError

__all__ = ["IncompleteUploadError"]
