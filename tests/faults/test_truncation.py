"""A body that ends with its connection: whole only where TLS says that it has ended, whatever is read."""

from __future__ import annotations

import socket

import httpx
import pytest

from mistral_async import RetryConfig, SyncMistral
from mistral_async.errors import MistralError

ONCE = RetryConfig(retries=0)
ASK = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture(
    params=[
        pytest.param(("asyncio", {"use_uvloop": False}), id="asyncio"),
        pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop"),
        pytest.param(("trio", {}), id="trio"),
    ],
)
def anyio_backend(request):
    return request.param


@pytest.fixture(params=[True, False], ids=["with close_notify", "without"])
def ends(request):
    """Whether the server ends TLS before it ends TCP."""
    return request.param


@pytest.fixture
def server(start, tools, ends):
    def fault(peer, request):
        peer.send(tools.answer(request, length=None))
        if ends:
            peer.close()
        else:
            cut(peer.sock)
        return False

    return start(fault, tls=True)


def cut(sock):
    """End TCP past TLS, as somebody on the way can."""
    under = socket.socket(fileno=sock.detach())
    under.shutdown(socket.SHUT_RDWR)
    under.close()


async def answer(client, place):
    return (await client.chat.complete(**ASK)).text


async def listed(client, place):
    return [model async for model in client.files.list()]


async def download(client, place):
    return await client.files.download("f")


async def saved(client, place):
    return await client.files.download("f").save(place / "file")


READ = {each.__name__: each for each in (answer, listed, download, saved)}
READ_BLOCKING = {
    "answer": lambda client, _: client.chat.complete(**ASK).text,
    "listed": lambda client, _: list(client.files.list()),
    "download": lambda client, _: client.files.download("f").read(),
    "saved": lambda client, place: client.files.download("f").save(place / "file"),
}


@pytest.mark.parametrize("way", ["ours", "httpx"])
@pytest.mark.parametrize("read", READ)
async def test_an_answer_that_was_cut_says_so(read, way, server, ends, connect, client_tls, tmp_path):
    settings = {"transport": httpx.AsyncHTTPTransport(verify=client_tls)} if way == "httpx" else {}
    async with connect(server, retries=ONCE, **settings) as client:
        if ends:
            await READ[read](client, tmp_path)
            return
        with pytest.raises(MistralError, match="close_notify"):
            await READ[read](client, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("read", READ_BLOCKING)
def test_an_answer_that_was_cut_says_so_to_code_that_blocks(read, backend, server, ends, client_tls, tmp_path):
    with SyncMistral("k", server_url=server.url, verify=client_tls, retry_config=ONCE, backend=backend) as client:
        if ends:
            READ_BLOCKING[read](client, tmp_path)
            return
        with pytest.raises(MistralError, match="close_notify"):
            READ_BLOCKING[read](client, tmp_path)
    assert list(tmp_path.iterdir()) == []
