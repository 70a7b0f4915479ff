"""Forks, threads, interrupts and the end of the interpreter, each in a process where warnings are errors."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from mistral_async.testing import FakeMistral

FORK_IS_MEANT = "ignore:This process:DeprecationWarning"  # Python 3.12 warns of forks with threads
MODEL = "mistral-small-latest"
HI = "model='mistral-small-latest', messages=[{'role': 'user', 'content': 'hi'}]"


@pytest.fixture(params=[pytest.param(False, id="plain"), pytest.param(True, id="tls", marks=pytest.mark.slow)])
def tls(request):
    return request.param


@pytest.fixture
def server(tls, server_tls):
    with FakeMistral(tls=server_tls if tls else None, host="localhost") as server:
        yield server


@pytest.fixture
def script(server, authority, tmp_path):
    """Start a program that has `connect()`, which makes a client of a class for the server."""

    def start(code):
        ca = tmp_path / "ca.pem"
        authority.cert_pem.write_to_path(ca)
        prelude = f"""
            import logging, os, sys, time, threading, anyio
            # That other processes kept the machine from a callback for 0.1 s is no fault of ours.
            logging.getLogger("asyncio").addFilter(lambda record: not record.msg.startswith("Executing"))
            from mistral_async import Mistral, SyncMistral, RateLimits
            def connect(kind=SyncMistral, **settings):
                return kind("test-key", server_url={server.url!r}, verify={str(ca)!r}, **settings)
            """
        program = textwrap.dedent(prelude) + textwrap.dedent(code)
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-W", FORK_IS_MEANT, "-X", "dev", "-c", program],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def ended(process, seconds=60):
    with process:  # `communicate` would miss what a `readline` has read ahead
        out, err = process.stdout.read(), process.stderr.read()
        process.wait(seconds)
    assert (process.returncode, err) == (0, ""), err
    return out


FORKED = """
    import struct
    client = connect({kind}{limits})
    {warm}
    children = []
    for number in range(4):
        read, write = os.pipe()
        child = os.fork()
        if not child:
            status = 1
            try:
                right = {calls}
                os.write(write, struct.pack("i", right))
                status = 0
            finally:
                sys.stderr.flush()
                os._exit(status)
        os.close(write)
        children.append((child, read))
    for child, read in children:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        print(struct.unpack("i", os.read(read, 4))[0])
    print({again})
    {close}
"""
BLOCKING_CALLS = f"sum(client.chat.complete({HI}, max_tokens=number + 2).usage.prompt_tokens > 0 for _ in range(300))"
LOOP_CALLS = "anyio.run(three_hundred)"
DEFINE = f"""
    async def three_hundred():
        right = []
        async def work():
            for _ in range(30):
                answer = await client.chat.complete({HI})
                right.append(bool(answer.text))
        async with anyio.create_task_group() as tasks:
            for _ in range(10):
                tasks.start_soon(work)
        return sum(right)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize(
    "limits",
    [
        pytest.param("", id="free", marks=pytest.mark.slow),
        pytest.param(", rate_limits=RateLimits(concurrency=20)", id="limited"),
    ],
)
class TestFork:
    """Four processes forked from one that has connections: no wrong answer, no error, nothing inherited is used."""

    def test_blocking(self, script, server, backend, limits):
        code = FORKED.format(
            kind=f"SyncMistral, backend={backend!r}",
            limits=limits,
            warm=f"client.chat.complete({HI})",
            calls=BLOCKING_CALLS,
            again=f"bool(client.chat.complete({HI}).text)",
            close="client.close()",
        )
        assert ended(script(code)).split() == ["300"] * 4 + ["True"]
        assert server.effects["chat.complete"] == 1202

    def test_loops(self, script, server, backend, limits):
        run = f"anyio.run(three_hundred, backend={backend!r})"
        code = DEFINE + FORKED.format(
            kind="Mistral", limits=limits, warm=run, calls=run, again=run, close="anyio.run(client.aclose)"
        )
        assert ended(script(code)).split() == ["300"] * 5
        assert server.effects["chat.complete"] == 1800


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_while_calls_are_under_way(script, server):
    """Locks that other threads hold and permits of their calls are the parent's."""
    server.latency = 0.01
    code = f"""
        client = connect(rate_limits=RateLimits(concurrency=8))
        client.chat.complete({HI})  # a fork in the middle of an import is beyond help
        def work():
            while not stop:
                client.chat.complete({HI})
        stop = []
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads: thread.start()
        for _ in range(10):
            time.sleep(0.03)
            child = os.fork()
            if not child:
                status = 1
                try:
                    assert client.chat.complete({HI}).text
                    status = 0
                finally:
                    os._exit(status)
            end = time.monotonic() + 20
            while (done := os.waitpid(child, os.WNOHANG))[0] == 0:
                assert time.monotonic() < end, "the child hangs"
                time.sleep(0.005)
            assert os.waitstatus_to_exitcode(done[1]) == 0
        stop.append(1)
        for thread in threads: thread.join()
        client.close()
        """
    ended(script(code), 90)


OPENED = {
    "stream": (f"client.chat.stream({HI})", "opened.get_final_response().text != ''"),
    "results": (f"client.bulk.map(calls.chat.complete({HI}) for _ in range(20))", "len(list(opened)) == 19"),
    "download": ("client.files.download(uploaded.id)", "sum(map(len, opened)) > 0"),
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("what", OPENED)
def test_a_fork_while_something_is_open(script, backend, what):
    """The child leaves the block at once, its own calls work; to the parent nothing has happened."""
    opening, rest = OPENED[what]
    first = "" if what == "download" else "next(opened)"
    code = f"""
        from mistral_async import calls
        client = connect(backend={backend!r})
        uploaded = client.files.upload(("a.pdf", b"%PDF" * 100_000), "ocr")
        with {opening} as opened:
            {first}
            child = os.fork()
            if not child:
                status = 1
                try:
                    opened.__exit__(None, None, None)
                    assert client.chat.complete({HI}).text
                    try:
                        client._executor.portal, opened._portal.run(anyio.sleep, 0)
                    except RuntimeError as error:
                        assert "parent process" in str(error)
                        status = 0
                finally:
                    os._exit(status)
            end = time.monotonic() + 20
            while (done := os.waitpid(child, os.WNOHANG))[0] == 0:
                if time.monotonic() > end:
                    os.kill(child, 9)
                time.sleep(0.005)
            assert os.waitstatus_to_exitcode(done[1]) == 0
            assert {rest}
        client.close()
        """
    ended(script(code))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_exit_in_a_function_of_the_user_ends_that_call_alone(script, backend):
    """`sys.exit()` in a progress function is raised in the thread that called, and the event loop goes on."""
    code = f"""
        client = connect(backend={backend!r})
        file = client.files.upload(("a.pdf", b"%PDF" * 100_000), "ocr")
        def leave(done, size):
            sys.exit(3)
        for _ in range(2):
            try:
                client.files.download(file.id).save("never-written", progress=leave)
            except SystemExit as exit:
                print(exit.code)
            print(bool(client.chat.complete({HI}).text))
        client.close()
        """
    assert ended(script(code)).split() == ["3", "True"] * 2


LEAVES = {
    "the source of bulk work": "client.bulk.map(source()).collect()",
    "a request of bulk work": "client.bulk.embed(['a', 'b'], tokenizer=leave).collect()",
    "the progress of bulk work": """
            with client.bulk.map(source(), progress=leave, progress_every=0.01) as results:
                time.sleep(0.1)""",
    "a tool": f"client.chat.run('the weather in Paris and the time', model={MODEL!r}, tools=[get_weather, get_time])"
    ".result()",
    "a tool, in a block": f"list(client.chat.run('the weather in Paris', model={MODEL!r}, tools=[get_weather]))",
    "the progress of a batch": f"client.batch.run([calls.chat.complete({HI})] * 3, progress=leave).collect()",
}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("what", LEAVES)
def test_an_exit_within_a_task_ends_that_work_alone(script, backend, what):
    """Raised in the thread that called; a call of another thread, under way in the same event loop, goes on."""
    code = f"""
        from mistral_async import calls
        client = connect(backend={backend!r})
        def leave(*_):
            sys.exit(3)
        async def get_weather(city: str) -> str:
            "Say the weather."
            sys.exit(3)
        async def get_time() -> str:
            "Say the time."
            return "12:00"
        async def source():
            yield calls.models.list()
            if "source" in {what!r}:
                leave()
            await anyio.sleep(60)
        from anyio import sleep
        other = threading.Thread(target=lambda: print(client._executor.portal.run(sleep, 1)))
        other.start()
        try:
            {LEAVES[what]}
        except SystemExit as exit:
            print(exit.code)
        print(bool(client.chat.complete({HI}).text))
        other.join()
        """
    assert ended(script(code)).split() == ["3", "True", "None"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_event_loop_that_was_ended_is_replaced(script, backend):
    """By an exit where nothing can contain it: in a callback of the loop. All who wait are told."""
    code = f"""
        client = connect(backend={backend!r})
        portal = client._executor.portal
        async def leave():
            if {backend!r} == "asyncio":
                import asyncio
                asyncio.get_running_loop().call_later(0.2, sys.exit, 3)
            else:
                import trio
                async def exit():
                    await anyio.sleep(0.2)
                    sys.exit(3)
                trio.lowlevel.spawn_system_task(exit)
        def wait():
            try:
                portal.run(anyio.sleep, 60)
            except BaseException as error:
                print(type(error).__name__ != "AssertionError")
        waits = threading.Thread(target=wait)
        waits.start()
        portal.run(leave)
        wait()
        waits.join()
        print(bool(client.chat.complete({HI}).text))
        client.close()
        """
    process = script(code)
    out, err = process.communicate(timeout=30)  # the loops have their own words about it
    assert (process.returncode, out.count("True")) == (0, 3), err


def interrupt(process, server):
    """Ctrl-C while it waits: it is told at once, not when the call ends, and its next call works."""
    assert process.stdout.readline() == "ready\n"
    until = time.monotonic() + 20
    while len(server.requests) < 2:
        assert time.monotonic() < until
        time.sleep(0.005)
    time.sleep(0.05)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "interrupted\n"
    assert time.monotonic() - start < 5
    assert ended(process) == "True\n"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_interrupt_while_a_call_is_sent_to_its_loop_cancels_it(script, backend):
    """It may come at any bytecode, most of all while the thread gives the call away: nothing goes on unseen."""
    code = f"""
        import random, signal
        class Interrupt(BaseException):
            pass
        def interrupt(*_):
            raise Interrupt
        signal.signal(signal.SIGALRM, interrupt)
        client = connect(backend={backend!r})
        client.models.list()
        running = set()
        async def work(number):
            running.add(number)
            try:
                await anyio.sleep(1)
            finally:
                running.discard(number)
        chance, unseen = random.Random(1), 0
        portal = client._executor.portal
        for number in range(100):
            try:
                signal.setitimer(signal.ITIMER_REAL, chance.uniform(2e-5, 6e-4))
                portal.run(work, number)
                signal.setitimer(signal.ITIMER_REAL, 0)  # on a busy machine it may come so late
            except Interrupt:
                end = time.monotonic() + 0.5
                while running and time.monotonic() < end:
                    time.sleep(0.001)
                unseen += bool(running)
                running.clear()
        print(unseen)
        """
    out, _ = script(code).communicate(timeout=60)  # Python may complain of an interrupt that came in a finalizer
    assert out == "0\n"


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_storm_of_interrupts_leaves_the_event_loop_and_no_descriptor(script, server, backend):
    # Rule 2 of portal; rule 2 of outcome.
    server.latency = 0.002
    code = f"""
        import gc, random, signal
        class Interrupt(BaseException):
            pass
        def interrupt(*_):
            raise Interrupt
        signal.signal(signal.SIGALRM, interrupt)
        client = connect(backend={backend!r}, max_connections=2)
        client.models.list()
        def descriptors():
            gc.collect()
            return len(os.listdir("/proc/self/fd"))
        def loops():
            return sum(thread.name == "mistral_async" for thread in threading.enumerate())
        chance, before = random.Random(1), descriptors()
        for number in range(200):
            try:
                signal.setitimer(signal.ITIMER_REAL, chance.uniform(2e-5, 3e-3))
                end = time.monotonic() + 1
                while time.monotonic() < end:  # Python loses an interrupt that comes in a finalizer
                    client.models.list()
            except Interrupt:
                pass
        print(len(client.models.list().data) > 0, loops())
        end = time.monotonic() + 5
        while descriptors() > before and time.monotonic() < end:
            time.sleep(0.01)
        print(descriptors() <= before)
        """
    out, _ = script(code).communicate(timeout=60)  # Python may complain of an interrupt that came in a finalizer
    assert out == "True 1\nTrue\n"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("what", ["call", "stream", "loop"])
def test_an_interrupt_ends_a_blocking_call(script, server, backend, what):
    """Ctrl-C: at once, as KeyboardInterrupt, and the next call works."""
    server.latency = 0.0
    waits = {
        "call": f"client.chat.complete({HI})",
        "stream": f"client.chat.stream({HI}).get_final_response()",
        "loop": f"for _ in client.chat.stream({HI}): pass",
    }
    code = f"""
        client = connect(backend={backend!r})
        client.chat.complete({HI})
        print("ready", flush=True)
        try:
            {waits[what]}
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        print(bool(client.chat.complete({HI}).text), flush=True)
        client.close()
        """
    from mistral_async.testing import Stall

    server.fault(Stall(where="head") if what == "call" else Stall(after_events=1), after=1)
    interrupt(script(code), server)


ENDS = {
    "blocking": f"client = connect(); client.chat.complete({HI})",
    "blocking, on trio": f"client = connect(backend='trio'); client.chat.complete({HI})",
    "a stream half read": f"client = connect(); loop = iter(client.chat.stream({HI})); next(loop)",
    "a stream in its block": f"client = connect(); stream = client.chat.stream({HI}).__enter__(); next(stream)",
    "never used": "client = connect()",
    "closed": "client = connect(); client.models.list(); client.close()",
    "a loop over results half read": """client = connect()
        from mistral_async import calls
        results = iter(client.bulk.map(calls.models.list() for _ in range(100)))
        next(results)""",
    "results in their block": """client = connect()
        from mistral_async import calls
        results = client.bulk.map(calls.models.list() for _ in range(100)).__enter__()
        next(results)""",
    "work that can not be cancelled": """client = connect()
        from anyio import to_thread
        holding = threading.Event()
        def hold():
            holding.set()
            time.sleep(60)
        work = client._executor.portal.run
        threading.Thread(target=work, args=(to_thread.run_sync, hold), daemon=True).start()
        holding.wait()""",
    "threads that call without end": """client = connect()
        def work():
            while True:
                client.models.list()
        client.models.list()
        for _ in range(4): threading.Thread(target=work, daemon=True).start()
        time.sleep(0.1)""",
    "everything on a stack": f"""client = connect()
        from contextlib import ExitStack
        stack = ExitStack()
        next(stack.enter_context(client.chat.stream({HI})))
        next(stack.enter_context(client.bulk.chat(map(str, range(100)), model="mistral-small-latest")))
        next(stack.enter_context(client.chat.run("hi", model="mistral-small-latest")))""",
    "a stream in a cycle": f"""client = connect()
        cycle = [iter(client.chat.stream({HI}))]
        next(cycle[0])
        cycle.append(cycle)""",
    "a finalizer that closes": f"""class Holder:
            def __init__(self):
                self.client = connect()
                self.stream = self.client.chat.stream({HI}).__enter__()
                self.loop = iter(self.stream)
                next(self.loop)
            def __del__(self):
                self.stream.__exit__(None, None, None)
                self.stream.close()
                self.client.close()
        held = Holder()""",
    "a finalizer that closes what was not used": """class Holder:
            client = connect()
            def __del__(self):
                self.client.close()
        held = Holder()""",
    "a finalizer that calls": f"""class Holder:
            client = connect()
            def __del__(self):
                try:
                    self.client.chat.complete({HI})
                except RuntimeError as error:
                    assert "interpreter is ending" in str(error)
        held = Holder()
        held.client.models.list()""",
    "asynchronous blocks": f"""
        async def main():
            global client, held, generator
            client = connect(Mistral)
            async def around(block):
                async with block as items:
                    async for item in items:
                        yield item
            held = [
                around(client.chat.stream({HI})),
                around(client.bulk.chat(map(str, range(100)), model="mistral-small-latest")),
                around(client.chat.run("hi", model="mistral-small-latest")),
            ]
            for each in held:
                await anext(each)
            await client.aclose()
        anyio.run(main)""",
    "a thread that calls": """client = connect()
        thread = threading.Thread(target=client.models.list, daemon=True)
        client.models.list()
        thread.start()""",
}


@pytest.mark.parametrize("case", ENDS)
def test_the_interpreter_ends_without_being_asked_to_close(script, case):
    """In less than a second, and without a word: an open blocking client is no fault of its user."""
    code = f"""
        {ENDS[case]}
        print(time.time(), flush=True)
        """
    process = script(code)
    out, err = process.communicate(timeout=30)
    gone = time.time()
    assert (process.returncode, err) == (0, "")
    assert gone - float(out) < 2  # one, and what a busy machine adds


AT_EXIT = {
    "the portal runs": "client.models.list()",
    "the first call": "",
}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("case", AT_EXIT)
def test_a_call_when_the_interpreter_ends_works_or_says_why_not(script, backend, case):
    """The server has a name, for which a thread is asked as a rule; later than all others no loop runs any more."""
    code = f"""
        import atexit
        client = connect(backend={backend!r})
        def last():
            try:
                print(bool(client.chat.complete({HI}).text))
                print(len(client.bulk.chat(["a", "b"], model="mistral-small-latest").collect()))
            except RuntimeError as error:
                print(True, 2, file=sys.stdout if "the interpreter is ending" in str(error) else sys.stderr)
            client.close()
        atexit.register(last)
        {AT_EXIT[case]}
        """
    assert ended(script(code)).split() == ["True", "2"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("register", ["atexit.register", "threading._register_atexit"])
def test_an_asynchronous_call_when_the_interpreter_ends(script, backend, register):
    """Also before other threads are waited for, where `concurrent.futures` does what it does at the end."""
    code = f"""
        import atexit
        async def call():
            async with connect(Mistral) as client:
                print(bool((await client.chat.complete({HI})).text))
        {register}(anyio.run, call, backend={backend!r})
        """
    assert ended(script(code)) == "True\n"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_loop_that_outlives_the_main_thread_is_not_held_up(script, backend):
    """What blocks has a thread still; Python 3.12 alone starts none once the main thread has ended."""
    refused = sys.version_info[:2] == (3, 12)
    code = f"""
        called, ticked = threading.Event(), threading.Event()
        def key():
            called.set()
            print(ticked.wait(0.1 if {refused} else 10))
            return "test-key"
        async def tick():
            while not called.is_set():
                await anyio.sleep(0.001)
            ticked.set()
        async def main():
            async with connect(lambda _, **settings: Mistral(key, **settings)) as client:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(tick)
                    print(bool((await client.chat.complete({HI})).text))
        def run():
            threading.main_thread().join()
            anyio.run(main, backend={backend!r})
        threading.Thread(target=run).start()
        """
    assert ended(script(code)).split() == [str(not refused), "True"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_where_no_thread_can_be_started_calls_fail_with_our_error(script, tmp_path, backend):
    """Whatever needs one: a name, a file that is sent, a function for the key."""
    source = tmp_path / "source"
    source.write_bytes(b"x" * 5000)
    code = f"""
        import pathlib, warnings
        from mistral_async.errors import APIConnectionError
        warnings.simplefilter("ignore", UserWarning)
        def start(_):
            raise RuntimeError("can't start new thread")
        def at_address(key, server_url, **settings):
            settings["verify"] = False  # the certificate has the name alone
            return Mistral(key, server_url=server_url.replace("localhost", "127.0.0.1"), **settings)
        def keyed(_, **settings):
            return at_address(lambda: "test-key", **settings)
        async def attempt(kind, call):
            async with connect(kind) as client:
                try:
                    await call(client.with_options(retries=0))
                except APIConnectionError as error:
                    print("can't start new thread" in str(error))
        async def main():
            threading.Thread.start = start
            await attempt(Mistral, lambda client: client.models.list())
            await attempt(at_address, lambda client: client.files.upload(pathlib.Path({str(source)!r}), purpose="ocr"))
            await attempt(keyed, lambda client: client.models.list())
        anyio.run(main, backend={backend!r})
        """
    assert ended(script(code)).split() == ["True"] * 3


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_files_are_read_and_written_when_the_interpreter_ends(script, tmp_path, backend):
    """Python 3.12 and later start no thread then, not even one that anyio asks for."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"x" * 5000)
    code = f"""
        import atexit
        async def move():
            async with connect(Mistral) as client:
                with open({str(source)!r}, "rb") as content:
                    file = await client.files.upload({{"file_name": "f", "content": content}}, purpose="ocr")
                print(await client.files.download(file.id).save({str(target)!r}))
        atexit.register(anyio.run, move, backend={backend!r})
        """
    assert ended(script(code)) == "5000\n"
    assert target.read_bytes() == source.read_bytes()


def test_the_first_use_of_all_when_the_interpreter_ends(server, tls):
    """Nothing was imported before, not even what Python's own modules register for the end."""
    if tls:
        pytest.skip("the same")
    code = f"""
        import atexit
        def last():
            from mistral_async import SyncMistral
            try:
                print(bool(SyncMistral("test-key", server_url={server.url!r}).chat.complete({HI}).text))
            except RuntimeError as error:
                print("the interpreter is ending" in str(error))
        atexit.register(last)
        """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")


@pytest.mark.parametrize("use", ["SyncMistral('k')", "client.chat"])
def test_a_first_use_after_all_modules_says_so(use):
    code = f"""
        import builtins
        from mistral_async import Mistral, SyncMistral
        class Late:
            def __init__(self):
                self.names = {{"SyncMistral": SyncMistral, "client": Mistral("k")}}
            def __del__(self):
                try:
                    eval({use!r}, self.names)
                except RuntimeError as error:
                    print(error)
        builtins.late = Late()
        """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("the interpreter has ended"), done.stderr


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_loop_may_end_before_its_client_is_closed(script, backend):
    code = f"""
        client = connect(Mistral)
        async def main():
            await client.models.list()
            async with client.chat.stream({HI}) as stream:
                await anext(stream)
        for _ in range(3):
            anyio.run(main, backend={backend!r})
        import gc
        gc.collect()
        """
    ended(script(code))


@pytest.mark.parametrize("backend", ["asyncio", "uvloop"])
@pytest.mark.parametrize("then", ["leave", "go on", "drop"])
def test_an_answer_whose_loop_was_closed(script, backend, then):
    """`loop.close()` alone tells nobody: what is open is lost, with one of our errors, and leaves no descriptor."""
    if backend == "uvloop":
        pytest.importorskip("uvloop")
    code = f"""
        import asyncio, gc, warnings
        from mistral_async.errors import MistralError
        new_loop = asyncio.new_event_loop
        if {backend!r} == "uvloop":
            from uvloop import new_event_loop as new_loop
            warnings.simplefilter("ignore", ResourceWarning)  # uvloop's own, of whoever closes it like that
        client = connect(Mistral)

        async def opened():
            stream = client.chat.stream({HI})
            await stream.__aenter__()
            await anext(stream)
            uploaded = await client.files.upload(("a.pdf", b"x" * 30_000_000), "ocr")
            download = client.files.download(uploaded.id)
            await download.__aenter__()
            return stream, download, asyncio.create_task(client.models.list())

        async def all_of(download):
            while await download.receive():
                pass

        async def after(stream, download):
            if {then!r} == "go on":
                try:
                    await all_of(download)
                except MistralError as error:
                    assert "ended" in str(error), error
            if {then!r} != "drop":
                await stream.__aexit__(None, None, None)
                await download.__aexit__(None, None, None)
            assert (await client.models.list()).data
            await client.aclose()

        def once():
            loop = new_loop()
            stream, download, task = loop.run_until_complete(opened())
            loop.close()
            task._log_destroy_pending = False
            del task
            loop = new_loop()
            loop.run_until_complete(after(stream, download))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

        counts = []
        for _ in range(3):
            once()
            gc.collect()
            counts.append(len(os.listdir("/proc/self/fd")))
        print(counts[2] - counts[0])
        """
    assert ended(script(code)) == "0\n"


def test_loops_and_threads_in_turn(script, server):
    code = f"""
        client = connect(Mistral)
        done = []
        async def call():
            done.append(bool((await client.chat.complete({HI})).text))
        for _ in range(20):
            anyio.run(call)
            anyio.run(call, backend="trio")
        async def many():
            for _ in range(100):
                await call()
        threads = [threading.Thread(target=anyio.run, args=(many,), kwargs={{"backend": backend}})
                   for backend in ("asyncio", "trio", "asyncio")]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(len(done), all(done))
        """
    assert ended(script(code)).split() == ["340", "True"]
    assert len(server.requests) == 340  # nothing was repeated


SPAWNED = """
import concurrent.futures, multiprocessing, os, sys
import anyio
from mistral_async import Mistral, SyncMistral

HI = {hi!r}

def blocking(client, count):
    with client:
        return sum(bool(client.chat.complete(**HI).text) for _ in range(count))

async def several(client, count):
    async with client:
        return sum([bool((await client.chat.complete(**HI)).text) for _ in range(count)])

def in_a_loop(client, count):
    return anyio.run(several, client, count)

if __name__ == "__main__":
    os.environ["MISTRAL_API_KEY"] = "test-key"  # a key that is text is never pickled
    settings = dict(server_url={url!r}, verify={ca!r})
    sync, client = SyncMistral("test-key", **settings), Mistral("test-key", **settings)
    assert blocking(sync, 1) == 1  # its loop, its thread and its connection stay here
    with concurrent.futures.ProcessPoolExecutor(2, multiprocessing.get_context({method!r})) as pool:
        work = [pool.submit(blocking, sync, 20), pool.submit(in_a_loop, client, 20), pool.submit(blocking, sync, 20)]
        print([each.result(60) for each in work])
    sync.close()
"""


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_client_goes_to_processes_that_are_started_anew(server, authority, tmp_path, method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("no such processes here")
    ca, program = tmp_path / "ca.pem", tmp_path / "program.py"
    authority.cert_pem.write_to_path(ca)
    hi = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
    program.write_text(SPAWNED.format(hi=hi, url=server.url, ca=str(ca), method=method))
    command = [sys.executable, "-W", "error", "-W", FORK_IS_MEANT, program]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert ended(process) == "[20, 20, 20]\n"
    assert server.effects["chat.complete"] == 61


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("what", ["call", "stream"])
def test_an_interrupt_ends_a_loop(script, server, backend, what):
    """Ctrl-C in `asyncio.run` or `trio.run`: at once, without a warning, and the client works in the next loop."""
    from mistral_async.testing import Stall

    work = {
        "call": f"await client.chat.complete({HI})",
        "stream": f"async with client.chat.stream({HI}) as stream: await stream.until_done()",
    }
    code = f"""
        client = connect(Mistral)
        async def good():
            return bool((await client.chat.complete({HI})).text)
        async def endless():
            print("ready", flush=True)
            {work[what]}
        anyio.run(good, backend={backend!r})
        try:
            anyio.run(endless, backend={backend!r})
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        print(anyio.run(good, backend={backend!r}), flush=True)
        """
    server.fault(Stall(where="head") if what == "call" else Stall(after_events=1), after=1)
    interrupt(script(code), server)
