"""How bytes travel: our own HTTP/1.1 on asyncio and trio, or any httpx transport, behind one interface (`protocol`)."""
