"""HTTP by httpx: what users bring, and what our own HTTP/1.1 does not do; and ours inside httpx."""
