"""An MCP server for the tests: `python mcp_server.py` over stdio, `python mcp_server.py PORT` over streamable HTTP."""

from __future__ import annotations

import os
import sys

import anyio
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import AudioContent, EmbeddedResource, ImageContent, ResourceLink, TextContent, TextResourceContents


def make_server() -> MCPServer:
    server = MCPServer("tests", log_level="CRITICAL")

    @server.tool()
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    @server.tool()
    def fail(why: str) -> str:
        """Fail."""
        raise ToolError(why)

    @server.tool()
    def pid() -> str:
        """Say which process this is."""
        return str(os.getpid())

    @server.tool()
    async def forever() -> str:
        """Never end."""
        await anyio.sleep_forever()
        return ""

    @server.tool(name="die.now")
    def die() -> str:
        """End the process."""
        os._exit(3)

    @server.tool(structured_output=False)
    def mixed() -> list:
        """Give all kinds of content."""
        text = TextResourceContents(uri="file:///a.txt", text="inside")
        return [
            AudioContent(data="AA==", mime_type="audio/wav"),
            EmbeddedResource(resource=text),
            ResourceLink(name="b", uri="file:///b.txt"),
        ]

    @server.tool(structured_output=False)
    def picture() -> list:
        """Show a picture."""
        return [TextContent(text="see"), ImageContent(data="AA==", mime_type="image/png")]

    return server


if __name__ == "__main__":
    if len(sys.argv) > 1:
        make_server().run("streamable-http", port=int(sys.argv[1]))
    else:
        make_server().run("stdio")
