"""The clients: what they are made with, and the tree of resources they give. Knows all rooms but the edges."""

from __future__ import annotations


def __getattr__(name: str) -> object:
    """Find what pickles of 0.1 look for here, as `_moved` does for other modules: this one became a package."""
    if name in {"Mistral", "SyncMistral", "_restored"}:
        from mistral_async._client import client

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
