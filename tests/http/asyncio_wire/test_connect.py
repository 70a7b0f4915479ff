"""Names with several addresses on asyncio: a head start for the first, none lost, nothing left behind."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from concurrent.futures import Future

import anyio
import pytest

from mistral_async._http.asyncio_wire import connect as module
from mistral_async._http.asyncio_wire.connect import Resolver, connect


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


def connected(loop):
    return connect(loop, Resolver(loop, "name", 80))


@pytest.fixture
def no_head_start(monkeypatch):
    """Let a second attempt begin when the first has failed, and not before."""
    monkeypatch.setattr(module, "_ATTEMPT_DELAY", 60)


async def test_the_first_that_answers(resolve, no_head_start):
    with anyio.fail_after(10):
        sock = await connected(resolve(0, 0, 0))
    assert sock.family == socket.AF_INET6
    sock.close()


async def test_one_that_refuses_gives_way_at_once(resolve, no_head_start):
    with anyio.fail_after(10):
        sock = await connected(resolve(ConnectionRefusedError("first"), 0))
    assert sock.family == socket.AF_INET
    sock.close()


async def test_one_that_is_silent_is_overtaken(resolve):
    loop = resolve(60, 0)
    since = time.monotonic()
    sock = await connected(loop)
    assert sock.family == socket.AF_INET
    assert 0.2 < time.monotonic() - since < 10
    sock.close()


async def test_a_slow_one_may_still_win(resolve):
    sock = await connected(resolve(0.4, 60))
    assert sock.family == socket.AF_INET6
    sock.close()


async def test_when_none_answers_the_first_says_why(resolve):
    with pytest.raises(ConnectionRefusedError, match="first"):
        await connected(resolve(ConnectionRefusedError("first"), OSError("second"), OSError("third")))


@pytest.mark.parametrize("after", [0.0, 0.05, 0.3, 0.449, 0.45, 0.451, 0.5])
async def test_cancelled_at_any_time(resolve, after):
    before = asyncio.all_tasks()
    task = asyncio.ensure_future(connected(resolve(60, 0.2, 60)))
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
            sock = await connect(loop, Resolver(loop, host, listener.getsockname()[1]))
            assert sock.family == family
            sock.close()


@pytest.fixture
def look_ups(monkeypatch):
    """The look-ups of this test, each of which lasts until it is answered, with addresses or an error."""
    under_way = []

    def getaddrinfo(*_, **__):
        under_way.append(answer := Future())
        return answer.result(timeout=10)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return under_way


async def begun(look_ups, count):
    while len(look_ups) < count:  # noqa: ASYNC110 - in threads
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.02)
    assert len(look_ups) == count


async def test_a_crowd_looks_a_name_up_once(look_ups):
    resolver = Resolver(asyncio.get_running_loop(), "name", 80)
    crowd = [asyncio.ensure_future(resolver.resolve()) for _ in range(20)]
    await begun(look_ups, 1)
    crowd[0].cancel()  # whose look-up it is
    look_ups[0].set_result([(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))])
    found = await asyncio.gather(*crowd, return_exceptions=True)
    assert isinstance(found[0], asyncio.CancelledError)
    assert found[1:] == [[(socket.AF_INET, ("192.0.2.1", 80))]] * 19
    late = asyncio.ensure_future(resolver.resolve())
    await begun(look_ups, 2)
    look_ups[1].set_exception(socket.gaierror(socket.EAI_NONAME, "unknown"))
    with pytest.raises(socket.gaierror):
        await late


async def test_each_of_a_crowd_has_an_error_of_its_own(look_ups):
    resolver = Resolver(asyncio.get_running_loop(), "name", 80)
    crowd = [asyncio.ensure_future(resolver.resolve()) for _ in range(3)]
    await begun(look_ups, 1)
    look_ups[0].set_exception(socket.gaierror(socket.EAI_AGAIN, "later"))
    errors = await asyncio.gather(*crowd, return_exceptions=True)
    assert {(type(error), error.errno, error.strerror) for error in errors} == {
        (socket.gaierror, socket.EAI_AGAIN, "later")
    }
    assert len({id(error) for error in errors}) == 3


class OddError(OSError):
    """An error of a resolver of others, such as a patched one."""

    def __init__(self, *, host):
        super().__init__(socket.EAI_FAIL, f"no {host}")
        self.host = host


@pytest.mark.parametrize(
    "failure",
    [OddError(host="name"), OSError("no"), OSError(2, "none"), UnicodeEncodeError("idna", "x" * 80, 0, 80, "too long")],
    ids=repr,
)
async def test_an_error_of_an_odd_class_is_told_with_its_cause(look_ups, failure):
    failure.__cause__ = ValueError("why")
    resolver = Resolver(asyncio.get_running_loop(), "name", 80)
    crowd = [asyncio.ensure_future(resolver.resolve()) for _ in range(2)]
    await begun(look_ups, 1)
    look_ups[0].set_exception(failure)
    for error in await asyncio.gather(*crowd, return_exceptions=True):
        assert error is not failure
        assert (type(error), str(error), vars(error)) == (type(failure), str(failure), vars(failure))
        assert error.__cause__ is failure.__cause__


async def test_nobody_relies_on_a_look_up_that_takes_long(look_ups, monkeypatch):
    monkeypatch.setattr("mistral_async._http.asyncio_wire.connect._SHARED", 0.0)
    resolver = Resolver(asyncio.get_running_loop(), "name", 80)
    first = asyncio.ensure_future(resolver.resolve())
    await begun(look_ups, 1)
    second = asyncio.ensure_future(resolver.resolve())
    await begun(look_ups, 2)
    look_ups[1].set_result([(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))])
    assert await second == [(socket.AF_INET, ("192.0.2.1", 80))]
    look_ups[0].set_exception(socket.gaierror(socket.EAI_AGAIN, "later"))
    with pytest.raises(socket.gaierror):
        await first


def test_a_resolver_that_hangs_holds_up_neither_its_loop_nor_the_process():
    """The call is over in time; the loop does not wait for the thread, and neither does the interpreter."""
    code = """
import asyncio, socket, sys, time
from mistral_async import Mistral
from mistral_async.errors import APITimeoutError
socket.getaddrinfo = lambda *_, **__: time.sleep(600)
async def main():
    async with Mistral("k", server_url="http://silent.example") as client:
        try:
            await client.with_options(timeout=0.3, retries=0).models.list()
        except APITimeoutError as error:
            print(error.phase, flush=True)
asyncio.run(main())
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stdout.strip(), ran.stderr) == (0, "total", "")
