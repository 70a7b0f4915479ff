"""Whatever goes wrong below a call ends it at once, with one of our errors, and closes its connection."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time

import pytest

from mistral_async import RetryConfig, SyncMistral
from mistral_async._http.h1.buffers import BufferPool
from mistral_async._http.h1.parser import ResponseParser
from mistral_async._http.h1.response_reader import ResponseReader
from mistral_async._http.tls import TlsLayer
from mistral_async.errors import APIConnectionError, MistralError

ONCE = RetryConfig(retries=0)
PLACES = {
    "the parser": (ResponseParser, "_read_head"),
    "the reader": (ResponseReader, "receive"),
    "the body": (ResponseParser, "_append"),
    "the head": (ResponseParser, "_frame"),
    "decryption": (TlsLayer, "decrypt"),
    "encryption": (TlsLayer, "encrypt"),
    "the handshake": (TlsLayer, "do_handshake"),
}


@pytest.fixture(params=[MemoryError, RecursionError, OSError(24, "Too many open files"), ZeroDivisionError], ids=repr)
def failure(request):
    return request.param


@pytest.mark.parametrize("place", PLACES)
async def test_an_exception_in(place, failure, tools, start, connect, tls, stream, monkeypatch):
    owner, name = PLACES[place]
    server = start(tls=tls or owner is TlsLayer)
    client = connect(server, retries=ONCE, timeout=tools.patient)
    watch = tools.watch(client)

    def fail(*_args, **_options):
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fail)
        since = time.monotonic()
        outcome = await tools.perform(client, stream, tools.chat)
    assert time.monotonic() - since < 4, "it waited for a time limit"
    assert isinstance(outcome, APIConnectionError), repr(outcome)
    assert type(outcome).__module__ == "mistral_async.errors"
    await watch.check(server)
    server.healthy = True
    assert (await client.models.list()).data == []
    await watch.close(server)


@pytest.mark.parametrize("place", PLACES)
def test_an_exception_on_uvloop_in(place, failure, tools, start, connect, stream, monkeypatch):
    uvloop = pytest.importorskip("uvloop")
    owner, name = PLACES[place]
    server = start(tls=owner is TlsLayer)

    def fail(*_args, **_options):
        raise failure

    async def main():
        async with connect(server, retries=ONCE, timeout=tools.patient) as client:
            with monkeypatch.context() as patch:
                patch.setattr(owner, name, fail)
                since = time.monotonic()
                outcome = await tools.perform(client, stream, tools.chat)
            assert time.monotonic() - since < 4, "it waited for a time limit"
            assert isinstance(outcome, APIConnectionError), repr(outcome)
            server.healthy = True
            assert (await client.models.list()).data == []

    uvloop.run(main())


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("place", PLACES)
def test_an_exception_under_a_blocking_call_in(place, backend, failure, tools, start, client_tls, monkeypatch):
    owner, name = PLACES[place]
    server = start(tls=owner is TlsLayer)
    settings = {"verify": client_tls, "retry_config": ONCE, "timeout": tools.patient, "backend": backend}

    def fail(*_args, **_options):
        raise failure

    with SyncMistral("k", server_url=server.url, **settings) as client:
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, fail)
            since = time.monotonic()
            with pytest.raises(APIConnectionError):
                client.chat.complete(**tools.chat)
        assert time.monotonic() - since < 4, "it waited for a time limit"
        server.healthy = True
        assert client.models.list().data == []


CODINGS = "Content-Encoding: " + ", ".join(["gzip"] * 2001)


@pytest.mark.parametrize("media", [None, "application/json"])
async def test_more_than_ten_codings_are_refused_at_once(tools, start, connect, stream, media):
    def fault(peer, request):
        peer.send(tools.answer(request, b"x" * 100_000, CODINGS, media=media))
        return True

    async with connect(start(fault), retries=ONCE, timeout=tools.patient) as client:
        since = time.monotonic()
        outcome = await tools.perform(client, stream, tools.chat)
    assert time.monotonic() - since < 4
    assert isinstance(outcome, MistralError), repr(outcome)
    assert "2001 content codings, more than 10" in str(outcome)


async def test_no_memory_for_a_big_body(tools, start, connect, monkeypatch, failure):
    def big(peer, request):
        peer.send(peer.server.answer(request, b" " * 1_000_000))
        return True

    def fail(*_args):
        raise failure

    server = start(big)
    server.answer = tools.answer
    client = connect(server, retries=ONCE, timeout=tools.patient)
    watch = tools.watch(client)
    with monkeypatch.context() as patch:
        patch.setattr(BufferPool, "take", fail)
        since = time.monotonic()
        outcome = await tools.perform(client, stream=False, chat=tools.chat)
    assert time.monotonic() - since < 4
    assert isinstance(outcome, APIConnectionError), repr(outcome)
    await watch.close(server)


@pytest.mark.parametrize("backend", ["asyncio", "trio", "uvloop", "blocking"])
def test_out_of_descriptors(backend):
    """Every attempt fails with what is missing, and no import does."""
    if backend == "uvloop":
        pytest.importorskip("uvloop")
    pytest.importorskip("resource")
    program = """
        import anyio, os, resource, sys
        from mistral_async import Mistral, SyncMistral

        backend = sys.argv[1]
        settings = {
            "server_url": "http://127.0.0.1:9",
            "retry_config": {"backoff": {"initial_interval": 1}, "retries": 2},
        }
        chat = {"model": "m", "messages": [{"role": "user", "content": "x"}]}

        def exhaust():
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
            try:
                while True:
                    held.append(os.open("/dev/null", 0))
            except OSError:
                pass

        def show(error):
            for descriptor in held:
                os.close(descriptor)
            print(type(error).__module__, type(error).__name__, len(error.attempts), error)

        async def main():
            async with Mistral("k", **settings) as client:
                exhaust()
                try:
                    await client.chat.complete(**chat)
                except Exception as error:
                    show(error)

        held = []
        if backend == "blocking":
            with SyncMistral("k", **settings) as client:
                try:
                    client.chat.complete(**chat)
                except Exception:
                    pass
                exhaust()
                try:
                    client.chat.complete(**chat)
                except Exception as error:
                    show(error)
        elif backend == "uvloop":
            anyio.run(main, backend_options={"use_uvloop": True})
        else:
            anyio.run(main, backend=backend)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), backend]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.startswith("mistral_async.errors APIConnectError 3 "), done.stdout + done.stderr
    assert "Too many open files" in done.stdout


@pytest.mark.parametrize("form", ["Mistral", "SyncMistral"])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_what_a_call_imports_is_loaded_with_the_block(backend, form, tools, start, authority, tmp_path):
    """A name is looked up, TLS shakes hands, an attempt fails, a stream is read; none of it imports anything."""
    program = """
        import anyio, sys
        from mistral_async import Mistral, SyncMistral

        backend, form, url, authority = sys.argv[1:]
        chat = {"model": "m", "messages": [{"role": "user", "content": "x"}]}

        async def main():
            async with Mistral("k", server_url=url, verify=authority) as client:
                loaded = set(sys.modules)
                await client.chat.complete(**chat)
                async with client.chat.stream(**chat) as stream:
                    [chunk async for chunk in stream]
                print(sorted(set(sys.modules) - loaded))

        if form == "Mistral":
            anyio.run(main, backend=backend)
        else:
            with SyncMistral("k", server_url=url, verify=authority, backend=backend) as client:
                loaded = set(sys.modules)
                client.chat.complete(**chat)
                with client.chat.stream(**chat) as stream:
                    list(stream)
                print(sorted(set(sys.modules) - loaded))
    """
    answers = iter([b"HTTP/1.1 503 x\r\nContent-Length: 0\r\nRetry-After: 0\r\n\r\n"])

    def fault(peer, request):
        peer.send(next(answers, None) or tools.answer(request))
        return True

    server = start(fault, tls=True)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    command = [sys.executable, "-c", textwrap.dedent(program), backend, form, server.url, str(tmp_path / "ca.pem")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "[]\n", done.stdout + done.stderr


@pytest.mark.parametrize("backend", ["asyncio", "trio", "uvloop", "blocking"])
def test_out_of_descriptors_without_a_block(backend):
    """A client that nobody entered has loaded nothing beforehand: what fails is its call, and no import."""
    if backend == "uvloop":
        pytest.importorskip("uvloop")
    pytest.importorskip("resource")
    program = """
        import anyio, os, resource, sys
        from mistral_async import Mistral, SyncMistral
        from mistral_async.testing import FakeMistral

        backend = sys.argv[1]
        chat = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "x"}]}

        def exhaust():
            resource.setrlimit(resource.RLIMIT_NOFILE, (3, 64))
            server.fail(503)

        def show(error):
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
            print(type(error).__name__, len(error.attempts))

        async def main():
            client = Mistral(server.api_key, server_url=server.url)
            await client.chat.complete(**chat)
            exhaust()
            try:
                await client.chat.complete(**chat)
            except Exception as error:
                show(error)
            await client.aclose()

        with FakeMistral() as server:
            if backend == "blocking":
                client = SyncMistral(server.api_key, server_url=server.url)
                client.chat.complete(**chat)
                exhaust()
                try:
                    client.chat.complete(**chat)
                except Exception as error:
                    show(error)
                client.close()
            else:
                options = {"use_uvloop": True} if backend == "uvloop" else {}
                anyio.run(main, backend="trio" if backend == "trio" else "asyncio", backend_options=options)
        """
    command = [sys.executable, "-c", textwrap.dedent(program), backend]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "ServerError 1\n", done.stderr


USES = {
    "group": "client.files.list()",
    "call": "client.chat.complete(**chat)",
    "stream": "client.chat.stream(**chat).__aenter__()",
    "upload": "client.files.upload(file={'file_name': 'f.txt', 'content': b'x'}, purpose='ocr')",
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("backend", ["asyncio", "uvloop", "trio", "blocking"])
def test_out_of_descriptors_at_the_first_use(backend, use):
    """A client without a block has loaded nothing: what an import fails with is an error of ours, and passes."""
    pytest.importorskip("resource")
    if backend == "uvloop":
        pytest.importorskip("uvloop")
    program = f"""
        import anyio, inspect, os, resource, sys
        from mistral_async import Mistral, SyncMistral

        backend, held = sys.argv[1], []
        chat = {{"model": "m", "messages": [{{"role": "user", "content": "x"}}]}}
        settings = {{"server_url": "http://127.0.0.1:9", "retry_config": {{"retries": 0}}}}

        def fails(error):
            for descriptor in held:
                os.close(descriptor)
            held.clear()
            print(type(error).__module__, type(error).__name__, error)

        def exhaust(client):
            {"pass" if use == "group" else "client.chat, client.files"}
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
            try:
                while True:
                    held.append(os.open("/dev/null", 0))
            except OSError:
                pass

        async def main():
            client = Mistral("k", **settings)
            exhaust(client)
            for _ in range(2):
                try:
                    await {USES[use]}
                except Exception as error:
                    fails(error)

        if backend == "blocking":
            client = SyncMistral("k", **settings)
            exhaust(client)
            for _ in range(2):
                try:
                    {USES[use].replace("__aenter__", "__enter__")}
                except Exception as error:
                    fails(error)
        elif backend == "uvloop":
            anyio.run(main, backend_options={{"use_uvloop": True}})
        else:
            anyio.run(main, backend=backend)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), backend]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    first, *second = done.stdout.splitlines()
    assert first.startswith("mistral_async.errors APIConnectError"), done.stdout + done.stderr
    assert "Too many open files" in first
    assert not any("Too many" in line or "mistral_async" not in line for line in second), "it has passed"


@pytest.mark.parametrize(("backend", "is_made"), [("asyncio", False), ("blocking", False), ("trio", True)])
def test_out_of_descriptors_every_method_loads_or_says_so(backend, is_made):
    """What a method of several requests imports with fails as an error of ours, when it is called or entered."""
    pytest.importorskip("resource")
    program = """
        import anyio, inspect, os, resource, sys
        from mistral_async import Mistral, SyncMistral, calls
        from mistral_async.errors import APIConnectError

        backend, is_made, held, failures = sys.argv[1], sys.argv[2] == "True", [], []
        settings = {"server_url": "http://127.0.0.1:9", "retry_config": {"retries": 0}}
        chat = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
        talk = {"model": "m", "inputs": "x"}

        def uses(client):
            conversations = client.beta.conversations
            yield lambda: client.bulk.chat(["x"], model="m")
            yield lambda: client.bulk.embed(["x"])
            yield lambda: client.chat.parse_stream(response_format=list[int], **chat)
            yield lambda: client.chat.until_done(**chat)
            if is_made:
                return
            yield lambda: client.chat.run("x", model="m")
            yield lambda: conversations.run(**talk)
            yield lambda: client.batch.run([])
            yield lambda: client.batch.start([])
            yield lambda: client.chat.parse(response_format=list[int], **chat)
            yield lambda: conversations.append_parse_stream("c", response_format=list[int], inputs="x")
            yield lambda: client.batch.attach("{}")
            yield lambda: client.batch.jobs.wait("job")
            yield lambda: client.fine_tuning.jobs.wait("job")
            yield lambda: client.beta.libraries.documents.wait("l", "d")
            yield lambda: client.workflows.wait_for_workflow_completion("w")
            yield lambda: client.send(calls.chat.complete(**chat))
            yield lambda: client.warm()
            yield lambda: client.stats()

        def begin(client):
            made = list(uses(client))
            if is_made:
                made = [(lambda value: lambda: value)(use()) for use in made]
            resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
            try:
                while True:
                    held.append(os.open("/dev/null", 0))
            except OSError:
                pass
            return made

        def failed(error):
            if not isinstance(error, APIConnectError) or "Too many open files" not in str(error):
                failures.append(f"{type(error).__name__} {error}")

        async def main():
            for use in begin(Mistral("k", **settings)):
                try:
                    given = use()
                    given = await given if inspect.iscoroutine(given) else given
                    async with given:
                        pass
                except Exception as error:
                    failed(error)
                else:
                    failures.append(f"{given!r} loaded nothing")

        def block():
            for use in begin(SyncMistral("k", **settings)):
                try:
                    with use():
                        pass
                except Exception as error:
                    failed(error)

        block() if backend == "blocking" else anyio.run(main, backend=backend)
        os.close(held.pop())
        print(len(failures), failures)
    """
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(program), backend, str(is_made)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "0 []\n", done.stdout + done.stderr
