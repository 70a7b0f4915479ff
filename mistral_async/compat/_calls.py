"""An endpoint in its two spellings (`complete`, `complete_async`), with the official SDK's options for one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from mistral_async import Mistral, Timeout
from mistral_async._binding.sync_executor import SyncDownload, SyncPages, SyncStream
from mistral_async._codec.json_types import is_object
from mistral_async._results.download import AsyncDownload
from mistral_async._results.pages import AsyncPages
from mistral_async._results.stream import AsyncStream
from mistral_async.compat._arguments import perform, read_bodies
from mistral_async.compat._bridge import blocking_resources
from mistral_async.compat._configuration import retries_of
from mistral_async.compat._events import EventStream, EventStreamAsync, event_class, stream_errors
from mistral_async.compat._names import (
    DEFAULTS,
    class_name,
    has_own_422,
    official_signature,
    own_options,
    parameters,
)
from mistral_async.compat._pages import first_page, first_page_async
from mistral_async.compat._values import official
from mistral_async.compat.errors import OfficialErrors
from mistral_async.compat.types import is_unset, without_unset
from mistral_async.errors import OutputError
from mistral_async.structured import Parsed
from mistral_async.structured._output_type import output_type_of

if TYPE_CHECKING:
    import httpx

    from mistral_async.compat._hooks.sdkhooks import SDKHooks

# Rule 1: A call is translated, never reimplemented: its name and options become those of an endpoint of
# `mistral_async`, which performs it.
# Rule 2: `UNSET` options are dropped. `retries`, `timeout_ms`, `http_headers`, `server_url`, `security` and
# `additional_properties` never reach the endpoint: they choose the client, and the view of it, that performs the call.
# Names that only the official SDK has (`type_`, `request`) become the endpoint's.
# Rule 3: `stream=True` and `parse_stream` name the streaming endpoint; `schema_definition` in a dict is sent as
# `schema`.
# Rule 4: A stream becomes an event stream, a list its first page (some with `result` and `next`), a download an
# `httpx.Response`, parsed output a response with `parsed` values, also where it is refused natively. Everything else
# is returned as it is.
# Rule 5: Every error leaves with an official class added (`OfficialErrors`).

_STREAMS = {name: f"{name}_stream" for name in ("start", "append", "restart")} | {"complete": "stream"}
_RESPONSES = ("responses", "create")
_FORMATS = ("response_format", "document_annotation_format", "bbox_annotation_format")

Options: TypeAlias = dict[str, Any]
"""The keyword arguments of a call."""


class ClientOwner(Protocol):
    """An object with one client for each server."""

    @property
    def defaults(self) -> Mapping[str, Mapping[str, object]]:
        """Options of the methods of a group, where they are not given."""
        ...

    @property
    def sdk_configuration(self) -> Any:
        """The settings, under the official SDK's names."""
        ...

    @property
    def hooks(self) -> SDKHooks | None:
        """The hooks of requests and answers, if any is registered."""
        ...

    def client(self, server_url: str | None = None, *, blocking: bool = False) -> Mistral:
        """Return the client for a server."""
        ...


class GroupOfOwner(Protocol):
    """A group of endpoints."""

    _owner: ClientOwner


def async_method(path: tuple[str, ...], endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Return the coroutine function of an endpoint: `await client.chat.complete_async(...)`."""
    errors = OfficialErrors(own_422=has_own_422(path))

    async def call(self: GroupOfOwner, *args: Any, **options: Any) -> Any:
        owner = self._owner
        with errors:
            options = {**owner.defaults.get(path[0], {}), **DEFAULTS.get(path, {}), **options}
            client = client_for_call(owner, options, path, blocking=False)
            options = own_options(options, endpoint)
            result = perform(resolve(client, _endpoint_path(path, options, endpoint)), endpoint, args, options)
            if isinstance(result, AsyncStream):
                events = cast("AsyncStream[Any]", result)
                return await EventStreamAsync(events, owner, event_class(path[-2]), stream_errors(path)).start()
            if isinstance(result, AsyncDownload):
                return _httpx_response(await result)
            if isinstance(result, AsyncPages):
                return await first_page_async(path, cast("AsyncPages[Any, Any]", result))
            try:
                return _official_response(await result)
            except OutputError as error:
                return _parsed_anyway(error, options)

    return _named(call, f"{path[-1]}_async", path, endpoint)


def sync_method(path: tuple[str, ...], endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Return the blocking function of an endpoint: `client.chat.complete(...)`."""
    errors = OfficialErrors(own_422=has_own_422(path))

    def call(self: GroupOfOwner, *args: Any, **options: Any) -> Any:
        owner = self._owner
        with errors:
            options = {**owner.defaults.get(path[0], {}), **DEFAULTS.get(path, {}), **options}
            client = client_for_call(owner, options, path, blocking=True)
            options = own_options(options, endpoint)
            try:
                method = resolve(blocking_resources(client), _endpoint_path(path, options, endpoint))
                result = perform(method, endpoint, args, options)
            except OutputError as error:
                return _parsed_anyway(error, options)
            match result:
                case SyncStream():
                    return EventStream(
                        cast("SyncStream[Any]", result), owner, event_class(path[-2]), stream_errors(path)
                    )
                case SyncPages():
                    return first_page(path, cast("SyncPages[Any, Any]", result))
                case SyncDownload():
                    return _httpx_response(result.read())
                case _:
                    return _official_response(result)

    return _named(call, path[-1], path, endpoint)


def resolve(resource: object, path: tuple[str, ...]) -> Any:
    """Return the resource or endpoint at a path of attribute names; raises `AttributeError`."""
    for name in path:
        resource = getattr(resource, name)
    return resource


def _named(
    call: Callable[..., Any], name: str, path: tuple[str, ...], endpoint: Callable[..., Any]
) -> Callable[..., Any]:
    """Give the function of a call the name, the docstring and the signature of its endpoint."""
    call.__doc__, call.__name__ = endpoint.__doc__, name
    call.__qualname__ = f"{class_name(path[:-1])}.{name}"
    streams = path[-1].endswith("stream")
    may_stream = streams or path[-1] in _STREAMS or path[-2:] == _RESPONSES
    vars(call)["__signature__"] = official_signature(endpoint, stream=streams if may_stream else None)
    return call


def client_for_call(owner: ClientOwner, options: Options, path: tuple[str, ...], *, blocking: bool) -> Mistral:
    """Return the client with the options of a single call, and leave in `options` those that the endpoint takes."""
    if owner.hooks is not None:
        from mistral_async.compat._hooked import OPERATION

        OPERATION.set(".".join(path))
    for name, value in list(options.items()):
        if is_unset(value):
            del options[name]
        else:
            options[name] = without_unset(value)
    client = owner.client(options.pop("server_url", None), blocking=blocking)
    if (milliseconds := options.pop("timeout_ms", None)) is not None:
        client = client.with_options(timeout=Timeout(total=milliseconds / 1000))
    if keys := _key_headers(options.pop("security", None)):
        client = client.with_options(headers=keys)
    if headers := options.pop("http_headers", None):
        client = client.with_options(headers=headers)
    if (retries := options.pop("retries", None)) is not None:
        client = client.with_options(retries=retries_of(retries))
    if more := options.pop("additional_properties", None):
        client = client.with_options(extra_body=more)
    _rename_schemas(options)
    read_bodies(options)
    return client


def _key_headers(security: Mapping[str, str | None] | None) -> dict[str, str]:
    """Return the keys that a call has of its own as header fields: each is a bearer's, or an API key."""
    headers: dict[str, str] = {}
    for name, key in (security or {}).items():
        if key and name.startswith("bearer"):
            headers["authorization"] = f"Bearer {key}"
        elif key:
            headers["x-api-key"] = key
    return headers


def _rename_schemas(options: Options) -> None:
    """Rename `schema_definition` in dicts to `schema`, as it is sent."""
    for name in _FORMATS:
        if is_object(options.get(name)):
            options[name] = _wire_format(options[name])
    arguments = options.get("completion_args")
    if is_object(arguments) and is_object(arguments.get("response_format")):
        options["completion_args"] = {**arguments, "response_format": _wire_format(arguments["response_format"])}


def _wire_format(form: Mapping[str, object]) -> Mapping[str, object]:
    schema = form.get("json_schema")
    if not is_object(schema) or "schema_definition" not in schema:
        return form
    renamed = {"schema" if name == "schema_definition" else name: value for name, value in schema.items()}
    return {**form, "json_schema": {name: value for name, value in renamed.items() if value is not None}}


def _endpoint_path(path: tuple[str, ...], options: Options, endpoint: Callable[..., Any]) -> tuple[str, ...]:
    """Return the path of the endpoint that performs a call (rule 3)."""
    *group, name = path
    if "stream" not in parameters(endpoint) and options.pop("stream", None):
        name = "stream" if path[-2:] == _RESPONSES else _STREAMS.get(name, name)
    if name == "parse_stream":
        options["response_format"] = output_type_of(options["response_format"]).response_format()
        name = "stream"
    return (*group, name)


def _official_response(response: object) -> object:
    if isinstance(response, Parsed):
        from mistral_async.compat._parsed import parsed_response

        return parsed_response(cast("Parsed[Any]", response))
    return official(response)


def _parsed_anyway(error: OutputError, options: Options) -> object:
    """Return what the official SDK makes of an answer that is not what was asked for (rule 4)."""
    from mistral_async.compat._parsed import parsed_anyway

    return parsed_anyway(error, options.get("response_format"))


def _httpx_response(content: bytes) -> httpx.Response:
    import httpx

    return httpx.Response(200, content=content)
