"""An endpoint in its two spellings, with what the official SDK takes for one call alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, cast

from mistral_async._binding.resource import Sync
from mistral_async._binding.sync_executor import SyncDownload, SyncExecutor, SyncPages, SyncStream
from mistral_async._client.resources import Resources
from mistral_async._codec.json_types import is_object
from mistral_async._engine.options import Timeout
from mistral_async._results.download import AsyncDownload
from mistral_async._results.stream import AsyncStream
from mistral_async.compat._events import EventStream, EventStreamAsync
from mistral_async.compat.errors import official
from mistral_async.compat.types import UNSET
from mistral_async.structured._parsed import Parsed
from mistral_async.structured._reading import format_of
from mistral_async.structured._target import target_of

if TYPE_CHECKING:
    import httpx

    from mistral_async._client.client import Mistral as AsyncClient

_PER_CALL = ("retries", "timeout_ms", "http_headers", "server_url")
_STREAMS = {name: f"{name}_stream" for name in ("start", "append", "restart")} | {"complete": "stream"}
_FORMATS = ("response_format", "document_annotation_format", "bbox_annotation_format")


class Owner(Protocol):
    """What has a client for each server."""

    def client(self, server_url: str | None = None, *, blocking: bool = False) -> AsyncClient:
        """The client for a server."""
        ...


def asynchronous(owner: Owner, path: tuple[str, ...], like: Any) -> Callable[..., Any]:
    """`await client.chat.complete_async(...)`."""

    async def call(*args: Any, **options: Any) -> Any:
        with official():
            result = find(view(owner, options, blocking=False), _performed(path, options))(*args, **options)
            if isinstance(result, AsyncStream):
                return await EventStreamAsync(cast("AsyncStream[Any]", result), owner).start()
            if isinstance(result, AsyncDownload):
                return _http(await result)
            return _told(await result)  # a page, or an answer

    return _named(call, f"{path[-1]}_async", like)


def blocking(owner: Owner, path: tuple[str, ...], like: Any) -> Callable[..., Any]:
    """`client.chat.complete(...)`."""

    def call(*args: Any, **options: Any) -> Any:
        with official():
            client = view(owner, options, blocking=True)
            tree = Resources[Sync](SyncExecutor(client._executor.engine, "asyncio"))  # noqa: SLF001 - the other face of the same client
            answer = find(tree, _performed(path, options))(*args, **options)
            match answer:
                case SyncStream():
                    return EventStream(cast("SyncStream[Any]", answer), owner)
                case SyncPages():
                    return cast("SyncPages[Any, Any]", answer).page()
                case SyncDownload():
                    return _http(answer.read())
                case _:
                    return _told(answer)

    return _named(call, path[-1], like)


def find(tree: Any, path: tuple[str, ...]) -> Any:
    """What stands there in a tree of endpoints."""
    for name in path:
        tree = getattr(tree, name)
    return tree


def _named(call: Callable[..., Any], name: str, like: Any) -> Callable[..., Any]:
    call.__doc__, call.__name__ = like.__doc__, name
    return call


def view(owner: Owner, options: dict[str, Any], *, blocking: bool) -> AsyncClient:
    """The client, with what was asked for this call alone; the options are left as the endpoint takes them."""
    for name in [name for name, value in options.items() if value is UNSET]:
        del options[name]
    given = {name: options.pop(name) for name in _PER_CALL if name in options}
    client = owner.client(given.get("server_url"), blocking=blocking)
    if given.get("timeout_ms") is not None:
        client = client.with_options(timeout=Timeout(total=given["timeout_ms"] / 1000))
    if given.get("http_headers"):
        client = client.with_options(headers=given["http_headers"])
    if given.get("retries") is not None:
        client = client.with_options(retries=given["retries"])
    _rename(options)
    return client


def _rename(options: dict[str, Any]) -> None:
    """A schema in a dict is `schema_definition` over there, and `schema` on the wire."""
    for name in _FORMATS:
        if is_object(options.get(name)):
            options[name] = _wire_format(options[name])
    arguments = options.get("completion_args")
    if is_object(arguments) and is_object(arguments.get("response_format")):
        options["completion_args"] = {**arguments, "response_format": _wire_format(arguments["response_format"])}


def _wire_format(given: Mapping[str, Any]) -> Mapping[str, Any]:
    schema = given.get("json_schema")
    if not is_object(schema) or "schema_definition" not in schema:
        return given
    renamed = {"schema" if name == "schema_definition" else name: value for name, value in schema.items()}
    return {**given, "json_schema": {name: value for name, value in renamed.items() if value is not None}}


def _performed(path: tuple[str, ...], options: dict[str, Any]) -> tuple[str, ...]:
    """`stream=True` is a method of its own here, and `parse_stream` streams plain chunks over there."""
    *group, name = path
    if options.pop("stream", None):
        name = _STREAMS.get(name, name)
    if name == "parse_stream":
        options["response_format"] = format_of(target_of(options["response_format"]))
        name = "stream"
    return (*group, name)


def _told(answer: Any) -> Any:
    if isinstance(answer, Parsed):
        from mistral_async.compat._parsed import parsed_response

        return parsed_response(cast("Parsed[Any]", answer))
    return answer


def _http(content: bytes) -> httpx.Response:
    import httpx

    return httpx.Response(200, content=content)
