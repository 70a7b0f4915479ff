"""WebSockets (RFC 6455): websockets' protocol without I/O, over connections of our own, on asyncio and trio alike."""
