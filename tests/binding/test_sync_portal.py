"""The blocking client's event loop: one thread a process and backend, shared by all clients; streams in few hops."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time

import pytest

from mistral_async import SyncMistral
from mistral_async._binding.portal import Portal

MODEL = "mistral-small-latest"
HI = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture
def script(threaded_server):
    """Run a program that has `connect()`, in a process where warnings are errors; give what it printed."""

    def run(code):
        prelude = f"""
            import asyncio, threading, time
            import anyio
            from mistral_async import SyncMistral
            HI = {HI!r}
            def connect(**settings):
                return SyncMistral({threaded_server.api_key!r}, server_url={threaded_server.url!r}, **settings)
            def portals():
                return [thread for thread in threading.enumerate() if thread.name.startswith("mistral_async")]
            """
        ran = subprocess.run(
            [sys.executable, "-W", "error", "-c", textwrap.dedent(prelude) + textwrap.dedent(code)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        return ran.stdout.split()

    return run


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_plain_script(script, backend):
    code = f"""
        with connect(backend={backend!r}) as client:
            print(client.chat.complete(**HI).text.split()[-1])
        other = connect(backend={backend!r})
        print(other.chat.complete(**HI).text.split()[-1])
        print("".join(chunk.text for chunk in other.chat.stream(**HI)).split()[-1])
        """
    assert script(code) == ["hi", "hi", "hi"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("running", ["asyncio", "trio"])
def test_inside_a_running_loop(script, backend, running):
    code = f"""
        client = connect(backend={backend!r})
        async def main():
            print(client.chat.complete(**HI).text.split()[-1])
            for chunk in client.chat.stream(**HI):
                print(bool(chunk.id))
                break
            await anyio.sleep(0)
            with connect(backend={backend!r}) as other:
                print(len(other.bulk.embed(["a", "b", "c"]).collect()))
        anyio.run(main, backend={running!r})
        print(client.chat.complete(**HI).text.split()[-1])
        """
    assert script(code) == ["hi", "True", "3", "hi"]


def test_one_thread_started_by_the_first_call_and_shared(script):
    code = """
        clients = [connect() for _ in range(10)]
        print(len(portals()))
        clients[0].models.list()
        print(len(portals()))
        threads = [threading.Thread(target=client.models.list) for client in clients]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        clients[0].with_options(retries=0).models.list()
        for client in clients: client.close()
        print(len(portals()))
        more = [connect(backend="trio") for _ in range(3)]
        for client in more:
            client.models.list()
        print(len(portals()))
        """
    assert script(code) == ["0", "1", "1", "2"]


def test_the_first_calls_of_many_threads_start_one_thread(script):
    code = """
        from mistral_async._binding.portal import Portal
        begin, started = Portal.__init__, []
        def slowly(portal, backend):
            started.append(portal)
            time.sleep(0.05)  # all others come meanwhile
            begin(portal, backend)
        Portal.__init__ = slowly
        client = connect()
        start = threading.Barrier(32)
        def work():
            start.wait()
            client.models.list()
        threads = [threading.Thread(target=work) for _ in range(32)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(len(started))
        """
    assert script(code) == ["1"]


def test_thirty_two_threads_at_once(threaded_server, sync_client):
    """Every thread gets the answers to its own questions, with calls and streams between one another."""
    threaded_server.latency = 0.02
    start, wrong, done = threading.Barrier(32), [], []

    def work(number):
        start.wait()
        for turn in range(10):
            question = f"question {number} {turn}"
            messages = [{"role": "user", "content": question}]
            if (number + turn) % 2:
                text = sync_client.chat.complete(model=MODEL, messages=messages).text
            else:
                text = "".join(chunk.text for chunk in sync_client.chat.stream(model=MODEL, messages=messages))
            (done if text == f"You said: {question}" else wrong).append(text)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(done) == 320
    assert 2 <= threaded_server.connections.opened <= 100  # they waited at the same time, on connections of one pool


# streams


def chunk(text, reason=None):
    delta = {"role": "assistant", "content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "c", "object": "chat.completion.chunk", "model": MODEL, "created": 1, "choices": [choice]}


@pytest.fixture
def hops(monkeypatch):
    """Counts how often a blocking call goes to the event loop and back."""
    counted = []
    run = Portal.run

    def counting(self, function, *args):
        counted.append(function)
        return run(self, function, *args)

    monkeypatch.setattr(Portal, "run", counting)
    return counted


def test_what_has_arrived_comes_in_one_hop(threaded_server, sync_client, hops):
    events = [chunk(f"word{number} ") for number in range(200)] + [chunk("", "stop")]
    threaded_server.reply("chat.stream", sse=events)
    with sync_client.chat.stream(**HI) as stream:
        time.sleep(0.3)  # by now all of it is here
        hops.clear()
        said = "".join(each.text for each in stream)
        assert said == "".join(f"word{number} " for number in range(200))
        assert len(hops) <= 4  # some hops for what fits one read of the socket, one for the end


def test_an_event_is_not_held_back_for_the_next(threaded_server, sync_client, hops):
    threaded_server.chunk_delay = 0.05
    threaded_server.reply("chat.stream", sse=[chunk(f"word{number} ") for number in range(5)] + [chunk("", "stop")])
    with sync_client.chat.stream(**HI) as stream:
        list(stream)
    assert len(hops) >= 6


@pytest.mark.parametrize("block", [True, False])
def test_break_closes_a_stream_and_the_next_call_works(threaded_server, sync_client, block):
    """Half read, the connection is closed; read to its end, it is given back."""
    for _ in sync_client.chat.stream(**HI):
        pass
    assert threaded_server.connections.opened == 1
    assert sync_client.models.list().data
    assert threaded_server.connections.opened == 1  # given back, and used again
    threaded_server.chunk_delay = 0.05
    if block:
        with sync_client.chat.stream(**HI) as stream:
            for _ in stream:
                break
    else:
        for _ in sync_client.chat.stream(**HI):
            break
    until = time.monotonic() + 5
    while threaded_server.connections.open and time.monotonic() < until:
        time.sleep(0.005)
    assert threaded_server.connections.open == 0  # closed at once, not read to the end
    threaded_server.chunk_delay = 0.0
    assert sync_client.chat.complete(**HI).text == "You said: hi"
    assert threaded_server.connections.opened == 2


def test_a_client_can_be_used_after_it_was_closed(threaded_server):
    client = SyncMistral(threaded_server.api_key, server_url=threaded_server.url)
    for _ in range(2):
        assert client.models.list().data
        client.close()
    assert threaded_server.connections.opened == 2


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_rule_7_an_interrupt_at_any_step_of_sending_a_call_leaves_those_of_others(backend):
    class Interrupt(BaseException):
        pass

    async def answer():
        return True

    def call_in_thread():
        answers = []
        thread = threading.Thread(target=lambda: answers.append(portal.run(answer)), daemon=True)
        thread.start()
        thread.join(20)
        return answers

    def trace(frame, event, arg):
        nonlocal left
        if frame.f_code is not put:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            left -= 1
            if left == 0:
                raise Interrupt
        return trace

    portal = Portal.of(backend)
    put, before = portal._inbox.put.__code__, sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # Python 3.12 asks for it before it traces
    for step in range(1, 1000):
        left = step
        sys.settrace(trace)
        try:
            portal.run(answer)
        except Interrupt:
            pass
        finally:
            sys.settrace(before)
        assert call_in_thread() == [True], step
        if left > 0:
            break
    assert 20 < step < 1000
