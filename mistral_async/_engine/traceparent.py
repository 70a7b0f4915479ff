"""The span that an execution of a workflow belongs to: `traceparent` of W3C Trace Context, in the body and a header.

https://www.w3.org/TR/trace-context/#traceparent-header
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from mistral_async._codec.json_types import is_object
from mistral_async._engine.request import Request

if TYPE_CHECKING:
    from mistral_async._engine.options import Options

# Rule 1: The caller's own goes before all: in the body, then in a header of the request or the view.
# Rule 2: Else it is the current span of OpenTelemetry, which a hook may have put into a header, if it is sampled. Else
#   it is a random one: workers record an execution only under a sampled span.
# Rule 3: Body and header have the same one. The body is what counts; gateways rewrite the header.

R = TypeVar("R", bound=Request)

EXECUTES: Final = frozenset({"/v1/workflows/{}/execute", "/v1/workflows/registrations/{}/execute"})
_NAME: Final = "traceparent"
_PARTS: Final = 4  # version, trace, span, flags
_SAMPLED: Final = 1


def with_traceparent(request: R, options: Options, hook_headers: dict[str, str] | None) -> R:
    """Return a request to execute a workflow that names its span."""
    body: Any = request.json
    sent: dict[str, Any] = {**body, **(options.extra_body or {})} if is_object(body) else {}
    own = sent.get(_NAME) or (request.headers or {}).get(_NAME) or dict(options.headers).get(_NAME)
    hooks = {name: value for name, value in (hook_headers or {}).items() if name.lower() == _NAME}
    chosen: str = own or _first_sampled(*hooks.values(), _current()) or _random()
    for name in hooks:
        del (hook_headers or {})[name]  # or it would be sent in place of this one
    changed = msgspec.structs.replace(request, headers={**(request.headers or {}), _NAME: chosen})
    if is_object(body):
        changed.json = {**body, _NAME: chosen}
    return changed


def _first_sampled(*given: str) -> str | None:
    return next((each for each in given if _is_sampled(each)), None)


def _is_sampled(traceparent: str) -> bool:
    parts = traceparent.split("-")
    try:
        return len(parts) == _PARTS and bool(int(parts[-1], 16) & _SAMPLED)
    except ValueError:
        return False


def _current() -> str:
    """Return the current span of OpenTelemetry; "" where there is none, or the program does not use it."""
    if "opentelemetry" not in sys.modules:
        return ""
    from opentelemetry.propagate import inject

    found: dict[str, str] = {}
    inject(found)
    return found.get(_NAME, "")


def _random() -> str:
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-01"
