"""Where pickles of 0.1 find the settings of views."""

from mistral_async._engine.options import Options, Timeout

__all__ = ["Options", "Timeout"]
