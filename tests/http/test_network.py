"""One network in many loops, threads and processes: each in a process of its own, where every warning is an error."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest

PRELUDE = """
import asyncio, gc, os, sys, threading, warnings
import trio, uvloop
from mistral_async._http.network import Network
from mistral_async._http.protocol import RequestHead, Timeouts

port, tls = int(sys.argv[1]), sys.argv[2] == "True"
origin = ("https", "localhost", port) if tls else ("http", "127.0.0.1", port)
HEAD = RequestHead("POST", "/", ())
TIMEOUTS = Timeouts(connect=5, write=5, read=5)
network = Network(origin, verify=sys.argv[3], max_connections=20)

async def call(body=b"x", network=network):
    answer = await network.current().send(HEAD, body, TIMEOUTS)
    assert answer.body == body, answer
    return answer

async def several(count, prefix=b""):
    await asyncio.gather(*(call(prefix + b"%d" % index) for index in range(count)))

async def several_trio(count):
    async with trio.open_nursery() as nursery:
        for index in range(count):
            nursery.start_soon(call, b"%d" % index)
"""


@pytest.fixture
def run(start, authority, tmp_path, tls):
    """Run a script against an echoing server: it must end well and say nothing but "done"."""
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    server = start(tls=tls)

    def run(script, *options):
        command = [sys.executable, "-W", "error", *options, "-c", PRELUDE + textwrap.dedent(script)]
        arguments = [str(server.port), str(tls), str(bundle)]
        pipe = subprocess.PIPE
        process = subprocess.Popen([*command, *arguments], stdout=pipe, stderr=pipe, text=True, start_new_session=True)
        try:
            stdout, stderr = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its forks too
            process.communicate()
            raise
        assert (process.returncode, stderr, stdout.split()) == (0, "", ["done"])
        return server

    return run


@pytest.mark.parametrize("loop", ["asyncio.run(X)", "uvloop.run(X)", "trio.run(lambda: X)"])
def test_twenty_loops_in_turn_on_one_network_that_nobody_closes(run, loop):
    """Rule 2 of the loops."""
    run(f"""
        for index in range(20):
            {loop.replace("X", "several(3)" if "trio" not in loop else "several_trio(3)")}
        print("done")
    """)


def test_loops_of_all_kinds_interleaved(run):
    run("""
        for index in range(20):
            asyncio.run(several(3))
            trio.run(several_trio, 3)
            uvloop.run(several(2))
        assert len(network._wires) <= 1
        print("done")
    """)


def test_loops_that_end_without_ceremony(run):
    """Rule 3 of the loops."""
    run("""
        for index in range(10):
            loop = asyncio.new_event_loop()
            loop.run_until_complete(several(3))
            loop.close()
        print("done")
        """)


def test_three_threads_with_a_loop_each(run):
    run("""
        done = []
        def work(index):
            async def main():
                for round in range(15):
                    await several(20, b"%d-" % index)
            async def trio_main():
                for round in range(15):
                    await several_trio(20)
            trio.run(trio_main) if index == 2 else asyncio.run(main())
            done.append(index)
        threads = [threading.Thread(target=work, args=(index,)) for index in range(3)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert len(done) == 3
        print("done")
    """)


def test_closing_from_one_loop_while_another_lives(run):
    """Rule 1 of the loops."""
    run("""
        ready, closed = threading.Event(), threading.Event()
        def other():
            async def main():
                await several(3)
                ready.set()
                while not closed.is_set():
                    await asyncio.sleep(0.01)
                await asyncio.sleep(0.05)
                await several(3)
                await network.aclose()
            asyncio.run(main())
        thread = threading.Thread(target=other)
        thread.start()
        ready.wait(5)
        async def main():
            await several_trio(3)
            await network.aclose()
            closed.set()
        trio.run(main)
        thread.join()
        print("done")
    """)


@pytest.mark.parametrize("kind", ["asyncio", "trio"])
def test_a_network_that_is_dropped_warns_once(run, kind):
    run(f"""
        warnings.simplefilter("always")
        caught = []
        warnings.showwarning = lambda message, category, *rest: caught.append((category, str(message)))
        async def main():
            global network
            local = Network(origin, verify=sys.argv[3])
            for index in range(3):
                await call(network=local)
            del local
            gc.collect()
            await {kind}.sleep(0.05)
        {"asyncio.run(main())" if kind == "asyncio" else "trio.run(main)"}
        gc.collect()
        assert [category for category, _ in caught] == [ResourceWarning], caught
        assert "unclosed client" in caught[0][1]
        print("done")
    """)


def test_a_network_dropped_by_another_thread(run):
    """Rule 1 of the loops."""
    run("""
        warnings.simplefilter("ignore")
        box = [Network(origin, verify=sys.argv[3])]
        ready, dropped = threading.Event(), threading.Event()
        def other():
            async def main():
                await call(network=box[0])
                ready.set()
                while not dropped.is_set():
                    await asyncio.sleep(0.01)
                await asyncio.sleep(0.05)
            asyncio.run(main())
        thread = threading.Thread(target=other)
        thread.start()
        ready.wait(5)
        box.clear()
        gc.collect()
        dropped.set()
        thread.join()
        print("done")
    """)


@pytest.mark.parametrize("tls", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["plain", "tls"])
@pytest.mark.parametrize("kind", ["asyncio", "uvloop", "trio"])
def test_forked_processes_make_connections_of_their_own(run, kind):
    """Rule 4 of the loops."""
    new_loop = {"asyncio": "asyncio.new_event_loop()", "uvloop": "uvloop.new_event_loop()", "trio": "None"}[kind]
    run(f"""
        loop = {new_loop}
        {"trio.run(several_trio, 5)" if kind == "trio" else "loop.run_until_complete(several(5))"}
        children = []
        for number in range(4):
            pid = os.fork()
            if pid == 0:
                for round in range(10):
                    {"trio.run(several_trio, 30)" if kind == "trio" else f"{kind}.run(several(30))"}
                gc.collect()
                os._exit(0)
            children.append(pid)
        assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 4
        if loop:
            answer = loop.run_until_complete(call())
            assert answer.timings.connect == 0, "the connections of the parent are as they were"
            loop.run_until_complete(network.aclose())
            loop.close()
        print("done")
    """)


@pytest.mark.parametrize("kind", ["asyncio", "uvloop", "trio"])
def test_a_fork_leaves_the_connections_of_the_parent_alone(run, kind):
    """Rule 4 of the loops."""
    run(f"""
        async def main():
            await call()
            used = network.current().pool.idle
            pid = os.fork()
            if pid == 0:
                assert not network._wires, "the child has dropped what it inherited"
                code = 1
                def work():
                    nonlocal code
                    {"trio.run(several_trio, 3)" if kind == "trio" else f"{kind}.run(several(3))"}
                    code = 0
                thread = threading.Thread(target=work)
                thread.start()
                thread.join()
                network.__del__()
                gc.collect()
                os._exit(code)
            assert os.waitpid(pid, 0)[1] == 0
            answer = await call()
            assert answer.timings.connect == 0, "the connection is the one from before the fork"
            await network.aclose()
        {"trio.run(main)" if kind == "trio" else f"{kind}.run(main())"}
        print("done")
    """)


def test_a_fork_that_exits_in_the_usual_way_is_silent(run):
    run("""
        asyncio.run(several(3))
        loop = asyncio.new_event_loop()
        loop.run_until_complete(several(3))
        pid = os.fork()
        if pid == 0:
            warnings.filterwarnings("ignore", "unclosed event loop")
            asyncio.run(several(3))
            loop._selector.close = lambda: None
            sys.exit(0)
        assert os.waitpid(pid, 0)[1] == 0
        loop.run_until_complete(network.aclose())
        loop.close()
        print("done")
    """)


def test_trio_in_guest_mode_on_asyncio(run):
    run("""
        async def main():
            loop = asyncio.get_running_loop()
            done = loop.create_future()
            trio.lowlevel.start_guest_run(
                several_trio, 5, run_sync_soon_threadsafe=loop.call_soon_threadsafe, done_callback=done.set_result
            )
            await several(5)
            (await done).unwrap()
            await several(5)
            await network.aclose()
        asyncio.run(main())
        print("done")
    """)


def test_the_fast_path_imports_neither_httpx_nor_anyio(run):
    run("""
        asyncio.run(several(2))
        assert not {"httpx", "httpcore", "anyio", "h11"} & set(sys.modules), sys.modules.keys()
        print("done")
    """)


async def test_the_wire_of_a_loop_is_found_again(start, connect):
    network = connect(start())
    assert network.current() is network.current()
    await network.aclose()


def test_without_a_loop_there_is_no_wire(start, connect):
    network = connect(start())
    with pytest.raises(RuntimeError, match="no running event loop"):
        network.current()


def test_a_fork_that_python_is_not_told_of_shares_no_connections(run):
    """Rule 4 of the loops: uWSGI forks so, and a program may have one loop for all its calls."""
    run("""
        import ctypes
        async def current():
            return network.current()
        loop = asyncio.new_event_loop()
        loop.run_until_complete(call())
        wire = loop.run_until_complete(current())
        pid = ctypes.PyDLL(None).fork()
        if pid == 0:
            os._exit(loop.run_until_complete(current()) is wire)
        assert os.waitpid(pid, 0)[1] == 0
        assert loop.run_until_complete(current()) is wire
        loop.run_until_complete(network.aclose())
        loop.close()
        print("done")
    """)
