"""The steps of one call on a warm client: features that are not used cost none."""

import asyncio
import sys
from pathlib import Path

import mistral_async
from mistral_async import Mistral
from mistral_async._http import network
from mistral_async.testing import FakeMistral

PACKAGE = str(Path(mistral_async.__file__).parent)
MOST = 88  # Python calls of the package: a few more than when this was written


def test_a_chat_takes_few_steps(monkeypatch):
    monkeypatch.setattr(network, "is_tested", bool)  # a process that tests asks with each call whether httpx is mocked
    with FakeMistral() as server:  # in a thread of its own, whose steps are not counted
        assert len(asyncio.run(steps(server))) <= MOST


async def steps(server):
    chat = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}], "temperature": 0.5}
    found = []

    def note(frame, event, _argument):
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            found.append(frame.f_code.co_qualname)

    async with Mistral(server.api_key, server_url=server.url) as client:
        for _ in range(3):
            await client.chat.complete(**chat)
        earlier = sys.getprofile()
        sys.setprofile(note)
        try:
            await client.chat.complete(**chat)
        finally:
            sys.setprofile(earlier)
    return found
