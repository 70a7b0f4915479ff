"""MCP servers as the official SDK names them. They need the extra `mcp`."""
