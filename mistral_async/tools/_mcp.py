"""Tools of an MCP server: over stdio, streamable HTTP, or in this process. Follows https://modelcontextprotocol.io."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import anyio
from typing_extensions import TypedDict

from mistral_async._codec.json_encode import to_builtins
from mistral_async._codec.json_types import JSONObject
from mistral_async.errors import ConnectorsGatewayError, MissingExtraError, MistralError, ToolServerError
from mistral_async.models.content import AudioChunk, ImageURLChunk, TextChunk
from mistral_async.models.tools import Function
from mistral_async.tools._content import as_text, tool_content
from mistral_async.tools._function import Context
from mistral_async.tools._tool import LocalTool, Tool, ToolError, ToolSettings, attach

if TYPE_CHECKING:
    from mcp import Client

# Sessions with servers
#
# Rule 1: A session is opened by the run that needs it, in the run's own task, and closed in that task when the run
#   ends. A `Client` that was opened outside stays open, and its owner's.
# Rule 2: A server that can not be reached or breaks is one ToolServerError, whose cause is the transport's own error,
#   not the ExceptionGroup that it came in. A session that ended well need not close well.
# Rule 3: The tools of a server are tools of the run like any other: `limit`, `timeout` and `requires_confirmation`
#   hold for each of them. The server checks the arguments; a result that is an error is a ToolError.
# Rule 4: A name is made fit for the API: other characters than letters, digits, `_` and `-` become `_`, and it is cut
#   at 64; of two that are the same then, the second gets a number. Secrets in an address are never shown.
# Rule 5: A list of tools ends: with a page that names none after it, a cursor that was there before, a page whose
#   tools are all known, or, after 1,000 pages, with an error. Connecting and listing end within `connect_timeout`.
# Rule 6: The tools are those that the server listed when the run began. A tool for which `requires_confirmation` is
#   given by name is there, or no tool is: a name that is misspelled does not let calls pass.
# Rule 7: `headers` and arguments go to the server of the address alone: mcp, of the version that is asked for, follows
#   no redirect to another one. A function is asked for them for each request, and again where they are refused (401).
# Rule 8: What the user's own code raises inside a session comes out as it is, and so does the error of a connectors
#   gateway, which names its kind.

_FORBIDDEN = re.compile(r"[^A-Za-z0-9_-]")
_MAX_NAME_LENGTH = 64  # characters of a function's name
_MAX_PAGES = 1_000  # of a list of tools


GivenHeaders: TypeAlias = Mapping[str, str] | Callable[[], Mapping[str, str] | Awaitable[Mapping[str, str]]]
"""Headers, or a function that gives them."""


class MCPOptions(TypedDict, total=False):
    """Options of `MCP`, beside its server and its headers."""

    include: Sequence[str] | None
    """The names of the tools to take; all of them unless given."""
    exclude: Sequence[str]
    """The names of tools to leave out."""
    prefix: str
    """Put before the name of each tool."""
    requires_confirmation: bool | Sequence[str]
    """True, or the names of the tools, for those that are to be confirmed before they run; False by default."""
    limit: int | None
    """The most calls of each tool at once; no limit unless given."""
    timeout: float | None
    """Seconds for each call of a tool; no limit unless given."""
    connect_timeout: float | None
    """Seconds for connecting and listing the tools: 60."""


class MCP:
    """The tools of an MCP server, for `tools=` of a run. Needs the extra `mcp`."""

    def __init__(
        self,
        server: Any,
        *,
        headers: GivenHeaders | None = None,
        include: Sequence[str] | None = None,
        exclude: Sequence[str] = (),
        prefix: str = "",
        requires_confirmation: bool | Sequence[str] = False,
        limit: int | None = None,
        timeout: float | None = None,
        connect_timeout: float | None = 60.0,
    ) -> None:
        """Take the server and the choice of its tools; nothing is opened before a run.

        Args:
            server: An address of streamable HTTP, a command as a list (`["python", "server.py"]`), `mcp`'s
                `StdioServerParameters`, a server of this process, a transport, or a `Client` that you opened yourself.
            headers: Sent to an address, such as its authorization; not to another server that it redirects to. A
                function that returns them is asked for each request, and again after a 401: a coroutine function in
                the event loop, any other in a thread, where it may block.
            include: The tools to take, by the server's names. Default: all.
            exclude: The tools not to take.
            prefix: Put before every name, to tell servers apart.
            requires_confirmation: The calls that wait for a yes: all, or those of the tools named, by the server's
                names or the model's. A name that no tool has is a `ToolServerError` when the run begins.
            limit: The number of calls of one tool that may run at once in a run.
            timeout: Seconds for a call.
            connect_timeout: Seconds for connecting and listing the tools. None is no limit.
        """
        self._server, self._headers = server, headers
        self._include = None if include is None else _names(include)
        self._exclude = _names(exclude)
        self._prefix = prefix
        self._confirmed = asks if isinstance(asks := requires_confirmation, bool) else _names(asks)
        self._limit, self._timeout = limit, timeout
        self.connect_timeout = connect_timeout

    def session(self) -> MCPSession:
        """Return a session with the server: `async with` it for the tools."""
        return MCPSession(self)

    def __repr__(self) -> str:
        return f"<MCP {self.title}>"

    @property
    def title(self) -> str:
        """The server in messages, without the secrets of an address."""
        match self._server:
            case str() as url:
                return re.sub(r"//[^/@]*@", "//", url.partition("?")[0])
            case [*command] if command:
                return str(command[0])
            case other:
                return str(getattr(other, "command", None) or getattr(other, "name", None) or type(other).__name__)

    async def open(self, stack: AsyncExitStack) -> Client:
        """Open a client of the server for as long as the stack is open; one that is open already is returned."""
        try:
            from mcp import Client, StdioServerParameters
        except ImportError as problem:
            raise MissingExtraError("MCP servers need the extra `mcp`: pip install 'mistral-async[mcp]'") from problem
        match self._server:
            case Client() as client if cast("Any", client)._entered:  # noqa: SLF001 - nothing public says it
                return client
            case Client() as client:
                pass
            case [str() as command, *arguments]:
                client = Client(StdioServerParameters(command=command, args=[str(each) for each in arguments]))
            case str() as url if self._headers:
                client = Client(await _with_headers(url, self._headers, stack))
            case server:
                client = Client(server)
        return await stack.enter_async_context(client)

    def takes(self, name: str) -> bool:
        """Return True if a tool of the server is taken."""
        return name not in self._exclude and (self._include is None or name in self._include)

    def tools(self, found: Sequence[Any], call: Callable[..., Any]) -> list[LocalTool]:
        """Return the tools of the server that are taken; `call` takes a name and arguments.

        Raises `ToolServerError` if there is no tool of a name for which `requires_confirmation` is given.
        """
        names: dict[str, Any] = {}
        for each in found:
            if self.takes(each.name):
                names[_unused(f"{self._prefix}{each.name}", names)] = each
        if not isinstance(self._confirmed, bool):
            known = {*names, *(each.name for each in found)}
            if missing := self._confirmed - known:
                raise ToolServerError(
                    f"the MCP server {self.title} has no tool {min(missing)!r}, for which requires_confirmation is"
                    f" given; it has: {', '.join(sorted(each.name for each in found)) or 'none'}"
                )
        return [self._tool(name, each, call) for name, each in names.items()]

    def _tool(self, named: str, found: Any, call: Callable[..., Any]) -> LocalTool:
        asks = self._confirmed
        confirmed = asks if isinstance(asks, bool) else bool(asks & {named, found.name})
        settings = ToolSettings(requires_confirmation=confirmed, limit=self._limit, timeout=self._timeout)
        schema: JSONObject = {"type": "object", "properties": {}, **(found.input_schema or {})}
        made: LocalTool = Tool(Function(named, schema, found.description or found.title or ""))
        return attach(made, _RemoteTool(found.name, call), settings, call)


def _names(given: str | Sequence[str]) -> set[str]:
    """Return names as a set; a single one need not be in a list."""
    return {given} if isinstance(given, str) else set(given)


def _unused(name: str, taken: Mapping[str, Any]) -> str:
    """Return a name that the API takes and that no other tool of the server has (rule 4)."""
    fit = _FORBIDDEN.sub("_", name)[:_MAX_NAME_LENGTH] or "_"
    candidates = (f"{fit[: _MAX_NAME_LENGTH - 1 - len(str(number))]}_{number}" for number in itertools.count(2))
    return fit if fit not in taken else next(each for each in candidates if each not in taken)


async def _with_headers(url: str, headers: GivenHeaders, stack: AsyncExitStack) -> Any:
    from mcp.client.streamable_http import streamable_http_client

    from mistral_async.tools._mcp_client import make_http_client

    return streamable_http_client(url, http_client=await stack.enter_async_context(make_http_client(headers)))


class MCPSession:
    """A session with a server, while its block is open; entering gives the tools."""

    def __init__(self, server: MCP) -> None:
        self._server = server
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> list[LocalTool]:
        scope = self._stack.enter_context(anyio.CancelScope())  # around the session, whose tasks live in it
        if (seconds := self._server.connect_timeout) is not None:
            scope.deadline = anyio.current_time() + seconds
        try:
            client = await self._server.open(self._stack)
            tools = self._server.tools(await _list_tools(client), client.call_tool)
        except MistralError:
            await self._close()
            raise
        except Exception as problem:  # noqa: BLE001 - whatever a transport raises
            failure: BaseException = problem
        except BaseException as cancelled:
            if not await self._stack.__aexit__(type(cancelled), cancelled, cancelled.__traceback__):
                raise
            failure = TimeoutError(f"it did not connect and list its tools within connect_timeout, {seconds:g} s")
        else:
            scope.deadline = math.inf
            return tools
        await self._close()
        raise self._server_error(failure, "can not be reached")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            await self._stack.__aexit__(kind, error, traceback)
        except Exception as problem:
            if not (kind is None or _holds(problem, error)):  # a session that ended well need not close well
                raise self._server_error(problem, "broke") from problem

    async def _close(self) -> None:
        try:
            await self._stack.aclose()
        except Exception:  # noqa: BLE001, S110 - the failure that led here says more
            pass

    def _server_error(self, problem: BaseException, how: str) -> MistralError:
        while isinstance(problem, BaseExceptionGroup):
            problem = cast("BaseException", problem.exceptions[0])
        if isinstance(problem, ConnectorsGatewayError):
            return problem
        error = ToolServerError(f"the MCP server {self._server.title} {how}: {type(problem).__name__}: {problem}")
        error.__cause__ = problem
        return error


def _holds(group: BaseException, error: BaseException | None) -> bool:
    """Return whether an error is in a group of them, or is it."""
    return group is error or any(_holds(each, error) for each in getattr(group, "exceptions", ()))


async def _list_tools(client: Client) -> list[Any]:
    """List all tools of the server, page by page (rule 5)."""
    found: dict[str, Any] = {}
    cursors: set[str] = set()
    cursor: str | None = None
    for _ in range(_MAX_PAGES):
        page = await client.list_tools(cursor=cursor)
        count = len(found)
        found |= {each.name: each for each in page.tools if each.name not in found}
        cursor = page.next_cursor
        if not cursor or cursor in cursors or (page.tools and len(found) == count):
            return list(found.values())
        cursors.add(cursor)
    raise ToolServerError(f"the list of an MCP server's tools does not end: {_MAX_PAGES:,} pages, {len(found):,} tools")


class _RemoteTool:
    """A tool of a server."""

    def __init__(self, name: str, call: Callable[..., Any]) -> None:
        self._name = name
        self._call = call

    def read(self, arguments: JSONObject) -> JSONObject:
        """Return the arguments as they are: the server checks them."""
        return arguments

    def plain(self, values: JSONObject, arguments: JSONObject) -> tuple[JSONObject, bool]:  # noqa: ARG002 - protocol
        """Return the arguments as they are sent."""
        return cast("JSONObject", to_builtins(values)), True

    async def call(self, values: JSONObject, context: Context, *, abandon: bool) -> Any:  # noqa: ARG002 - protocol
        """Call it; raises `ToolError` for a result that is an error."""
        result = await self._call(self._name, values)
        content = [_chunk(each) for each in result.content or ()]
        if not content and result.structured_content is not None:
            content = [TextChunk(as_text(tool_content(result.structured_content)))]
        if result.is_error:
            texts = [each.text for each in content if isinstance(each, TextChunk)]
            raise ToolError("\n".join(texts) or "the tool failed")
        if all(isinstance(each, TextChunk) for each in content):
            return "\n".join(each.text for each in content)
        return content


def _chunk(content: Any) -> Any:
    """Return a part of a result as a content chunk; what the API has no chunk for is JSON in a text chunk."""
    match content.type:
        case "text":
            return TextChunk(content.text)
        case "image":
            return ImageURLChunk(f"data:{content.mime_type};base64,{content.data}")
        case "audio":
            return AudioChunk(content.data)
        case "resource" if hasattr(content.resource, "text"):
            return TextChunk(content.resource.text)
        case "resource" if str(content.resource.mime_type).startswith("image/"):
            return ImageURLChunk(f"data:{content.resource.mime_type};base64,{content.resource.blob}")
        case _:
            return TextChunk(content.model_dump_json(by_alias=True, exclude_none=True))
