"""Where pickles of 0.1 find files to send."""

from mistral_async._uploads.source import SourceChangedError, Upload, _Items, _Path

__all__ = ["SourceChangedError", "Upload", "_Items", "_Path"]
