"""The span that an execution of a workflow belongs to, in a request of httpx; calls name it by themselves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mistral_async._codec.json_encode import encode
from mistral_async._codec.json_types import JSONObject, is_object
from mistral_async._engine.options import Options
from mistral_async._engine.request import Request
from mistral_async._engine.traceparent import with_traceparent
from mistral_async.compat._hooks._messages import is_json, request_with
from mistral_async.compat._hooks.types import BeforeRequestContext, BeforeRequestHook
from mistral_async.compat._official import names

_EXECUTES: Final = frozenset(
    {
        "execute_workflow_v1_workflows__workflow_identifier__execute_post",
        "execute_workflow_registration_v1_workflows_registrations__workflow_registration_id__execute_post",
        "workflows.execute_workflow",
        "workflows.execute_workflow_registration",
    }
)
_NAME: Final = "traceparent"


class TraceparentInjectionHook(BeforeRequestHook):
    """Names the current span, or a random one, in the header and the body of a request that executes a workflow."""

    def before_request(self, hook_ctx: BeforeRequestContext, request: Any) -> Any:
        """Return a request that names its span; what it names already is kept."""
        if hook_ctx.operation_id not in _EXECUTES:
            return request
        body = _json_object(request)
        given = {_NAME: request.headers[_NAME]} if _NAME in request.headers else None
        named = with_traceparent(Request("POST", "", json=body, headers=given), Options(), None)
        request.headers.update(named.headers)
        return request if body is None or body.get(_NAME) else request_with(request, encode(named.json))


def _json_object(request: Any) -> JSONObject | None:
    """Return the body, None if it is no JSON object."""
    try:
        found: object = json.loads(request.content) if is_json(request) else None
    except ValueError:
        return None
    return found if is_object(found) else None


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
