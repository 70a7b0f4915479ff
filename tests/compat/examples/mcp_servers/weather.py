"""An MCP server: `python weather.py` over stdio, `python weather.py PORT` over server-sent events."""

import sys

from mcp.server import MCPServer

server = MCPServer("weather", log_level="CRITICAL")


@server.tool()
async def get_weather(location: str) -> float:
    """Get the weather of a place."""
    return 12.5 + len(location) * 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        server.run("sse", port=int(sys.argv[1]))
    else:
        server.run("stdio")
