"""The base of the official SDK's MCP clients."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from contextlib import AsyncExitStack, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import TypedDict

from mistral_async._codec.redact import redact_text
from mistral_async.compat._official import names
from mistral_async.compat.extra.exceptions import MCPException
from mistral_async.errors import MistralError
from mistral_async.models import Function, FunctionTool
from mistral_async.tools import MCP

if TYPE_CHECKING:
    from mcp import ClientSession


class MCPSystemPrompt(TypedDict):
    """A prompt of a server, as messages for the API."""

    description: str | None
    messages: list[dict[str, Any]]


class MCPClientBase(ABC):
    """An MCP server. A `RunContext` connects to it and takes its tools; `initialize` opens a session of its own."""

    _session: ClientSession

    def __init__(self, name: str | None = None) -> None:
        self._name = name or type(self).__name__
        self._exit_stack: AsyncExitStack | None = None
        self._is_initialized = False

    @abstractmethod
    async def _get_transport(self, exit_stack: AsyncExitStack) -> Any:
        """Connect for as long as the stack is open; return the streams to read from and to write to."""

    @property
    def title(self) -> str:
        """The server in messages."""
        return self._name

    def server(self, include: Sequence[str] | None, exclude: Sequence[str]) -> MCP:
        """Return the server with the included tools."""
        return MCP(_Transport(self), include=include, exclude=exclude)

    async def initialize(self, exit_stack: AsyncExitStack | None = None) -> None:
        """Open a session, until the stack is closed or, without one, `aclose` is called in the same task.

        Raises `MCPException` where that fails, `MCPAuthException` where the server asks for another authorization.
        """
        if self._is_initialized:
            return
        from mcp import ClientSession

        with self.failures("can not be reached"):
            async with AsyncExitStack() as opened:
                read, write = await self._get_transport(opened)
                session = await opened.enter_async_context(ClientSession(read, write))
                await session.initialize()
                kept = opened.pop_all()
        if exit_stack is None:
            self._exit_stack = kept
        else:
            exit_stack.push_async_exit(kept)
        self._session, self._is_initialized = session, True

    async def aclose(self) -> None:
        """Close the session that `initialize` opened without a stack."""
        if self._exit_stack is not None:
            await self._exit_stack.aclose()

    async def get_tools(self) -> list[FunctionTool]:
        """Return the tools of the server."""
        with self.failures("did not list its tools"):
            found = await self._session.list_tools()
        return [
            FunctionTool(Function(each.name, each.input_schema, each.description or "", strict=True))
            for each in found.tools
        ]

    async def execute_tool(self, name: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        """Call a tool and return the text chunks of its result; raises `MCPException` for what is no text."""
        with self.failures(f"did not call {name}"):
            result = await self._session.call_tool(name, arguments)
        return [_text_chunk(each) for each in result.content]

    async def get_system_prompt(self, name: str, arguments: dict[str, Any]) -> MCPSystemPrompt:
        """Return a prompt of the server, filled with the arguments."""
        with self.failures(f"did not give the prompt {name}"):
            found = await self._session.get_prompt(name, arguments)
        messages = [{"role": each.role, "content": _text_chunk(each.content)} for each in found.messages]
        return {"description": found.description, "messages": messages}

    async def list_system_prompts(self) -> Any:
        """Return the prompts that the server has, as `mcp` has them."""
        with self.failures("did not list its prompts"):
            return await self._session.list_prompts()

    @contextmanager
    def failures(self, what: str) -> Generator[None]:
        """Raise what goes wrong with the server in the block as one `MCPException`, and errors of ours as they are.

        A cause that shows a secret is left out.
        """
        try:
            yield
        except Exception as problem:
            single = _single(problem)
            if (error := self._error(what, single)) is problem:
                raise
            raise error from (problem if self._told(single) == _text(single) else None)

    def _error(self, what: str, problem: BaseException) -> Exception:
        if isinstance(problem, MistralError):
            return problem
        return MCPException(f"the MCP server {self.title} {what}: {self._told(problem)}")

    def _told(self, problem: BaseException) -> str:
        return redact_text(_text(problem), self._secrets())

    def _secrets(self) -> list[str]:
        """Return what no message shows."""
        return []

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self._name!r}>"


MCPClientProtocol = MCPClientBase


class _Transport:
    """The connection of a client, as `mcp` takes one."""

    def __init__(self, client: MCPClientBase) -> None:
        self._client = client
        self._stack = AsyncExitStack()
        self.name = client.title

    async def __aenter__(self) -> Any:
        with self._client.failures("can not be reached"):
            async with AsyncExitStack() as opened:
                streams = await self._client._get_transport(opened)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - of this module
                self._stack = opened.pop_all()
        return streams

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        return await self._stack.__aexit__(kind, error, traceback)


def _single(problem: BaseException) -> BaseException:
    """Return the first exception of a group, and of one in it."""
    while isinstance(problem, BaseExceptionGroup):
        problem = cast("BaseException", problem.exceptions[0])
    return problem


def _text(problem: BaseException) -> str:
    return f"{type(problem).__name__}: {problem}"


def _text_chunk(content: Any) -> dict[str, Any]:
    if content.type != "text":
        raise MCPException("Only supporting text tool responses for now.")
    return {"type": "text", "text": content.text}


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
