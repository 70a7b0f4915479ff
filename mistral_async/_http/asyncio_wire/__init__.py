"""HTTP/1.1 on asyncio and uvloop: a wire of one event loop and its connections."""
