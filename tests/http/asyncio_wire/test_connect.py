"""Names with several addresses on asyncio: a head start for the first, none lost, nothing left behind."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time

import pytest

from mistral_async._http.asyncio_wire.connect import connect


@pytest.fixture(params=["asyncio", "uvloop"])
def anyio_backend(request):
    return ("asyncio", {"use_uvloop": request.param == "uvloop"})


@pytest.fixture
def resolve(monkeypatch):
    """A name that leads to the given addresses; the attempts at each are scripted."""
    tried = []

    def resolve(*scripts):
        loop = asyncio.get_running_loop()

        def getaddrinfo(host, port, **_):
            families = (socket.AF_INET6, socket.AF_INET)
            return [
                (families[index % 2], socket.SOCK_STREAM, 6, "", (f"address {index}", port))
                for index in range(len(scripts))
            ]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

        class Loop:
            """The running loop but for its connecting."""

            def __getattr__(self, name):
                return getattr(loop, name)

            async def sock_connect(self, sock, address):
                index = int(address[0].split()[1])
                tried.append((index, sock))
                outcome = scripts[index]
                if isinstance(outcome, OSError):
                    raise outcome
                await asyncio.sleep(outcome)

        return Loop()

    yield resolve
    assert all(sock.fileno() == -1 for _, sock in tried), "a socket was left open"


async def test_the_first_that_answers(resolve):
    loop = resolve(0, 0, 0)
    since = time.monotonic()
    sock = await connect(loop, "name", 80)
    assert sock.family == socket.AF_INET6
    assert time.monotonic() - since < 0.2
    sock.close()


async def test_one_that_refuses_gives_way_at_once(resolve):
    loop = resolve(ConnectionRefusedError("first"), 0)
    since = time.monotonic()
    sock = await connect(loop, "name", 80)
    assert sock.family == socket.AF_INET
    assert time.monotonic() - since < 0.2
    sock.close()


async def test_one_that_is_silent_is_overtaken(resolve):
    loop = resolve(60, 0)
    since = time.monotonic()
    sock = await connect(loop, "name", 80)
    assert sock.family == socket.AF_INET
    assert 0.2 < time.monotonic() - since < 0.6
    sock.close()


async def test_a_slow_one_may_still_win(resolve):
    sock = await connect(resolve(0.4, 60), "name", 80)
    assert sock.family == socket.AF_INET6
    sock.close()


async def test_when_none_answers_the_first_says_why(resolve):
    with pytest.raises(ConnectionRefusedError, match="first"):
        await connect(resolve(ConnectionRefusedError("first"), OSError("second"), OSError("third")), "name", 80)


@pytest.mark.parametrize("after", [0.0, 0.05, 0.3, 0.449, 0.45, 0.451, 0.5])
async def test_cancelled_at_any_time(resolve, after):
    before = asyncio.all_tasks()
    task = asyncio.ensure_future(connect(resolve(60, 0.2, 60), "name", 80))
    await asyncio.sleep(after)
    if not task.done():
        task.cancel()
    result = (await asyncio.gather(task, return_exceptions=True))[0]
    if isinstance(result, socket.socket):
        result.close()
    assert asyncio.all_tasks() == before


async def test_a_literal_address_is_not_looked_up(resolve):
    loop = asyncio.get_running_loop()
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            listener = socket.create_server((host, 0), family=family)
        except OSError:
            continue
        with listener:
            sock = await connect(loop, host, listener.getsockname()[1])
            assert sock.family == family
            sock.close()


def test_a_resolver_that_hangs_holds_up_neither_its_loop_nor_the_process():
    """The call is over in time; the loop does not wait for the thread, and neither does the interpreter."""
    code = """
import asyncio, socket, sys, time
from mistral_async import Mistral
from mistral_async.errors import APITimeoutError
socket.getaddrinfo = lambda *_, **__: time.sleep(60)
async def main():
    async with Mistral("k", server_url="http://silent.example") as client:
        try:
            await client.with_options(timeout=0.3, retries=0).models.list()
        except APITimeoutError as error:
            print(error.phase, flush=True)
asyncio.run(main())
"""
    since = time.monotonic()
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=False)
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, "total", "")
    assert time.monotonic() - since < 5
