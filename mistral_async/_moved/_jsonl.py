"""Where pickles of 0.1 find an error of files."""

from mistral_async._uploads.jsonl import JSONLError

__all__ = ["JSONLError"]
