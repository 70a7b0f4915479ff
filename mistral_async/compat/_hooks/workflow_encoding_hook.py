"""The encoding of workflows by the settings of a client, as the official SDK does it in a hook."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
import weakref
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, TypeVar

from mistral_async._codec.json_encode import encode
from mistral_async._codec.json_types import is_object
from mistral_async._engine.request import Request
from mistral_async.compat._hooks._messages import is_json, request_with, response_with
from mistral_async.compat._hooks.types import (
    AfterSuccessContext,
    AfterSuccessHook,
    BeforeRequestContext,
    BeforeRequestHook,
)
from mistral_async.compat._official import names
from mistral_async.compat.extra.workflows.encoding._own import encoding_of
from mistral_async.compat.extra.workflows.encoding.config import WorkflowEncodingConfig
from mistral_async.payloads import WorkflowEncoding

if TYPE_CHECKING:
    from mistral_async.compat._configuration import SDKConfiguration

T = TypeVar("T")

EXECUTE_WORKFLOW_OPERATION_ID: Final = "execute_workflow_v1_workflows__workflow_identifier__execute_post"
SCHEDULE_WORKFLOW_OPERATION_ID: Final = "schedule_workflow_v1_workflows_schedules_post"

_ENCODING_CONFIG_ID_ATTR: Final = "_workflow_encoding_config_id"
_workflow_configs: weakref.WeakValueDictionary[str, WorkflowEncoding] = weakref.WeakValueDictionary()
_OPERATION_ID: Final = re.compile(r"__[a-z_]+?__")
_NOBODY: Any = None  # the namespace is known: nobody is asked for it


def configure_workflow_encoding(config: WorkflowEncodingConfig, namespace: str, sdk_config: SDKConfiguration) -> None:
    """Encode the payloads of workflows from now on, for the client that has these settings."""
    encoding = encoding_of(config, namespace)
    key = vars(sdk_config).setdefault(_ENCODING_CONFIG_ID_ATTR, str(uuid.uuid4()))
    _workflow_configs[key] = encoding
    sdk_config.encode_workflows(encoding)


class WorkflowEncodingHook(BeforeRequestHook, AfterSuccessHook):
    """The encoding on a request and an answer of httpx; calls do it by themselves. Streams are left as they are."""

    def before_request(self, hook_ctx: BeforeRequestContext, request: Any) -> Any:
        """Return a request with its input encoded, or the same one."""
        encoding = _encoding(hook_ctx)
        if encoding is None or not is_json(request):
            return request
        own = _own(hook_ctx.operation_id, request, json.loads(request.content))
        if "/schedules" in own.route and not is_object(own.json.get("schedule")):
            raise ValueError(f"{hook_ctx.operation_id}: the request has no schedule object to encode")
        encoded = _run_async(encoding.encode_request(own, _NOBODY))
        if encoded is own:
            return request
        return request_with(request, encode(encoded.json))

    def after_success(self, hook_ctx: AfterSuccessContext, response: Any) -> Any:
        """Return an answer with what is encoded in it decoded."""
        encoding = _encoding(hook_ctx)
        own = _own(hook_ctx.operation_id, response.request)
        if encoding is None or not is_json(response):
            return response
        if (decode := encoding.decoder(own)) is None:
            return response
        return response_with(response, _run_async(decode(response.content)))


def _encoding(hook_ctx: BeforeRequestContext | AfterSuccessContext) -> WorkflowEncoding | None:
    return _workflow_configs.get(getattr(hook_ctx.config, _ENCODING_CONFIG_ID_ATTR, ""))


def _own(operation_id: str, request: Any, body: Any = None) -> Request:
    """Return a request of this package: an operation's id ends in its path and its method."""
    route, _, method = _OPERATION_ID.sub("_{}_", operation_id.partition("_v1_")[2]).rpartition("_")
    route = f"/v1/{route.replace('_', '/')}"
    ids = [
        given for wanted, given in zip(route.split("/"), request.url.path.split("/"), strict=False) if wanted == "{}"
    ]
    return Request(method.upper(), route, tuple(ids), json=body)


def _run_async(coro: Awaitable[T]) -> T:
    """Await something in a thread that has no event loop. Blocks."""

    async def run() -> T:
        return await coro

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
