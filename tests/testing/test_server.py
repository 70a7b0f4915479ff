"""The server's own life: in both kinds of `with`, on a thread, as a program, as a pytest fixture."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import textwrap

import anyio
import httpx
import pytest
from websockets.sync.client import connect as websocket

import mistral_async.testing
from mistral_async.testing import FakeMistral, Stall


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_in_a_plain_script(backend):
    with FakeMistral(backend=backend) as server:
        headers = {"authorization": f"Bearer {server.api_key}"}
        with httpx.Client(base_url=server.url, headers=headers) as http:
            assert http.get("/v1/models").is_success
            server.fail(500)
            assert http.get("/v1/models").status_code == 500
        server.assert_done()
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)


async def test_the_port_is_free_again_and_hanging_clients_are_let_go(anyio_backend_name, eventually):
    async with FakeMistral(api_key=None) as server:
        server.fault(Stall())
        async with httpx.AsyncClient(base_url=server.url) as http, anyio.create_task_group() as tasks:
            tasks.start_soon(http.get, "/v1/models")
            await eventually(lambda: server.connections.open == 1)
            tasks.cancel_scope.cancel()
    assert server.connections.open == 0
    async with FakeMistral(port=server.port):
        pass


async def test_leaving_while_an_answer_hangs(anyio_backend_name, eventually):
    async with anyio.create_task_group() as tasks:

        async def hang(url):
            with pytest.raises(httpx.RemoteProtocolError):
                async with httpx.AsyncClient() as http:
                    await http.get(f"{url}/v1/models")

        with anyio.fail_after(5):
            async with FakeMistral(api_key=None) as server:
                server.fault(Stall())
                tasks.start_soon(hang, server.url)
                await eventually(lambda: server.effects.total)


async def test_an_error_of_the_body_stays_what_it_is(anyio_backend_name):
    with pytest.raises(KeyError):
        async with FakeMistral():
            raise KeyError("mine")


async def test_cancelling_the_body(anyio_backend_name):
    with anyio.move_on_after(0.05) as scope:
        async with FakeMistral() as server:
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert server.connections.open == 0


async def test_a_bug_in_an_answer_is_a_500_and_not_the_end(server, http, caplog, monkeypatch):
    def broken(_call):
        raise RuntimeError("a bug")

    from mistral_async.testing import _dispatch

    monkeypatch.setattr(_dispatch, "validate", lambda *_: broken(None))
    assert (await http.get("/v1/models")).status_code == 500
    assert "a bug" in caplog.text
    monkeypatch.undo()
    assert (await http.get("/v1/models")).is_success


async def test_many_clients_at_once(server):
    headers = {"authorization": "Bearer test-key"}
    statuses = []

    async def client():
        async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as http:
            for _ in range(5):
                answer = await http.post("/v1/embeddings", json={"model": "mistral-embed", "input": "x"})
                statuses.append(answer.status_code)

    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(client)
    assert statuses == [200] * 100
    assert server.effects["embeddings.create"] == 100
    assert server.connections.opened == 20


def test_as_a_program():
    options = ["--port", "0", "--api-key", "k", "--rate-limit", "1", "--any-model"]
    command = [sys.executable, "-m", "mistral_async.testing", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().split()[-1]
            body = {"model": "ours", "input": "x"}
            with httpx.Client(base_url=url, headers={"authorization": "Bearer k"}) as http:
                assert [http.post("/v1/embeddings", json=body).status_code for _ in range(2)] == [200, 429]
            assert httpx.get(f"{url}/v1/models").status_code == 401
            path = f"{url.replace('http', 'ws')}/v1/audio/speech/realtime?model=ours"
            with websocket(path, additional_headers={"authorization": "Bearer k"}) as socket:
                assert json.loads(socket.recv())["type"] == "session.created"
        finally:
            process.terminate()


def test_a_port_in_use_is_said():
    with FakeMistral() as server:
        command = [sys.executable, "-m", "mistral_async.testing", "--port", str(server.port)]
        result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith(f"cannot listen on 127.0.0.1:{server.port}")


def test_public_names_are_lazy_and_complete():
    assert set(dir(mistral_async.testing)) == set(mistral_async.testing.__all__)
    for name in mistral_async.testing.__all__:
        assert getattr(mistral_async.testing, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = mistral_async.testing.nothing


def test_importing_is_light():
    code = """
        import sys
        import mistral_async.testing.plugin
        loaded = {"h11", "anyio", "msgspec", "httpx", "mistral_async.testing._server"} & set(sys.modules)
        assert not loaded, loaded
        import mistral_async.testing._server
        own = [name for name in sys.modules if name.startswith("mistral_async.models")]
        assert not own and "httpx" not in sys.modules, own
    """
    subprocess.run([sys.executable, "-W", "error", "-c", textwrap.dedent(code)], check=True, timeout=30)


def test_the_fixture(tmp_path):
    (tmp_path / "test_user.py").write_text(
        textwrap.dedent("""
            import httpx

            def test_429_then_ok(fake_mistral):
                fake_mistral.fail(429)
                get = lambda: httpx.get(f"{fake_mistral.url}/v1/models", headers={"authorization": "Bearer test-key"})
                assert [get().status_code, get().status_code] == [429, 200]

            def test_unused(fake_mistral):
                fake_mistral.fail(500)
        """)
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "mistral_async.testing.plugin",
        str(tmp_path),
    ]
    # Without its entry point the plugin is the same, installed or not.
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path, env=environment
    )
    assert "1 failed, 1 passed" in result.stdout, result.stdout + result.stderr
    assert "not used: reply for any request" in result.stdout


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_another_task_may_leave_it_than_entered_it(anyio_backend):
    """As runners do that make a task each of the set-up, the test and the clean-up of fixtures."""
    server = FakeMistral()
    await asyncio.create_task(server.__aenter__())
    async with httpx.AsyncClient(base_url=server.url, headers={"authorization": "Bearer test-key"}) as http:
        assert (await http.get("/v1/models")).status_code == 200
    await asyncio.create_task(server.__aexit__(None, None, None))
    assert not server.connections.open
