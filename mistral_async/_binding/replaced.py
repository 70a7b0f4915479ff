"""Methods of groups that tests and wrappers have replaced: those that ask them ask what is in their place.

`mock.patch.object(client.chat, "complete", ...)` holds for `client.chat.parse` and `client.chat.run` too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from mistral_async._engine.request import Call
from mistral_async._http.threads import run_in_thread
from mistral_async.errors import OutputError

# Rule 1: A method is replaced where its group has it as an attribute of its own, or its class something else.
# Rule 2: What replaces it is called with the options of the request, and its answer is read as the API's: one that is
#   not of the type is asked for again as often as `repair=` says.
# Rule 3: What replaces a blocking method is called in a thread. Events of a blocking stream are not read there.

Ask: TypeAlias = Callable[..., Any]


def replacement(group: Any, written: Mapping[str, Any], name: str) -> Ask | None:
    """Return what replaces a method of a group whose methods are known as they were written, or None (rule 1)."""
    cls: type[object] = group.__class__
    if name in vars(group) or inspect.getattr_static(cls, name) is not written[name]:
        found: Ask = getattr(group, name)
        return found
    return None


async def ask_async(ask: Ask, request: Call[Any]) -> Any:
    """Return what a request gives whose answers come from a replacement (rule 2)."""
    while True:
        answer = ask(*request.ids, **request.json)
        answer = await answer if inspect.isawaitable(answer) else answer
        try:
            return answer if request.transform is None else request.transform(answer)
        except OutputError as error:
            request = request.repair_or_raise(error)


def ask_blocking(ask: Ask, request: Call[Any]) -> Any:
    """Return what a request gives whose answers come from a blocking replacement (rule 2)."""
    while True:
        answer = ask(*request.ids, **request.json)
        try:
            return answer if request.transform is None else request.transform(answer)
        except OutputError as error:
            request = request.repair_or_raise(error)


def keep_replaced(group: Any, fresh: Any) -> Any:
    """Have the asynchronous form of a blocking group ask what replaces its methods (rule 3)."""
    written: Mapping[str, Any] = getattr(group, "_written", {})
    for name in written:
        if (found := replacement(group, written, name)) is not None:
            setattr(fresh, name, _in_thread(name, found))
    return fresh


def _in_thread(name: str, ask: Ask) -> Ask:
    def asked(*args: Any, **options: Any) -> Any:
        if name.endswith("stream"):
            raise TypeError(
                f"`{name}` is replaced, whose events can not be read here: replace the method that is called"
            )
        return run_in_thread(partial(ask, *args, **options))

    return asked
