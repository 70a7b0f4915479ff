"""Asynchronous forms of what replaces methods, for the methods of several requests that ask them."""

from __future__ import annotations

from functools import partial
from typing import Any

from mistral_async._binding.asked import called, called_here
from mistral_async._binding.replaced import Register, Replacement, replacement
from mistral_async._binding.replaced_results import ReplacedDownload, ReplacedItems, ReplacedStream
from mistral_async._engine.engine import Engine

_KINDS = {"Stream": ReplacedStream, "Pages": ReplacedItems, "Download": ReplacedDownload}


def adapt(executor: Register, group: Any) -> None:
    """Have a group ask what replaces its methods, on the client or on its class."""
    for attribute, written in group._written.items():  # noqa: SLF001 - executors and resources are one design
        found = executor.find(written.name) if executor.replaced else None
        if found is None and getattr(group.__class__, attribute) is not written:
            found = replacement(group._with_executor(executor.public.over(executor.engine)), attribute)  # noqa: SLF001 - see above
        if found is not None:
            vars(group)[attribute] = partial(_ask, written.gives, found, executor.engine)


def _ask(gives: str, found: Replacement, engine: Engine, *args: Any, **options: Any) -> Any:
    """Give the asynchronous form of what a replacement gives."""
    if (kind := _KINDS.get(gives)) is not None:
        return kind(found, engine, args, options)
    ask = called if gives == "Call" else called_here
    return ask(found, engine, args, options)
