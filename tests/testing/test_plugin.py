"""The pytest plugin, as the tests of a user have it: each program here is a project of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mistral_async import BackoffStrategy, Mistral, RetryConfig, SyncMistral
from mistral_async.errors import StreamInterruptedError
from mistral_async.testing import CassetteError, FakeMistral, record, replay

pytest_plugins = ["pytester"]

OTHERS = ["xdist", "xdist.looponfail", "hypothesispytest", "timeout", "respx"]  # to load them takes as long as the test
QUICK = RetryConfig(backoff=BackoffStrategy(initial_interval=1, max_interval=5))
ASK = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
ASYNC = """
    import pytest

    pytestmark = pytest.mark.anyio

    @pytest.fixture(params=["asyncio", "trio"])
    def anyio_backend(request):
        return request.param

    ASK = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
"""


@pytest.fixture
def project(pytester):
    """Runs a test file in a process of its own, where every warning is an error."""

    def run(code, *options, asynchronous=True, name="test_it.py", alone=True):
        pytester.makepyfile(**{name.removesuffix(".py"): (ASYNC if asynchronous else "") + code})
        arguments = ["-W", "error", "--strict-markers", "-p", "no:cacheprovider", *options]
        if alone:
            arguments += [f"-pno:{name}" for name in OTHERS]
        if not asynchronous:
            arguments += ["-p", "no:anyio"]
        return pytester.runpytest_subprocess(*arguments, timeout=60)

    return run


def test_429_then_ok(project):
    """Beside all other plugins that are installed."""
    ran = project(
        """
    async def test_it(mistral, fake_mistral):
        fake_mistral.fail(429)
        answer = await mistral.chat.complete(**ASK)
        assert answer.text == "You said: hi"
        assert len(fake_mistral.requests) == 2
    """,
        alone=False,
    )
    ran.assert_outcomes(passed=2)


def test_streams_and_a_fresh_server_for_each_test(project):
    ran = project("""
    @pytest.mark.parametrize("time", range(3))
    async def test_it(mistral, fake_mistral, time):
        async with mistral.chat.stream(**ASK) as events:
            assert "".join([chunk.text async for chunk in events]) == "You said: hi"
        async with mistral.chat.stream(**ASK) as events:
            async for chunk in events:
                break
        assert len(fake_mistral.requests) == 2
    """)
    ran.assert_outcomes(passed=6)


def test_without_anyio_the_blocking_client(project):
    ran = project(
        """
    def test_it(sync_mistral, fake_mistral):
        fake_mistral.fail(503)
        assert sync_mistral.models.list().data
        assert [request.status for request in fake_mistral.requests] == [503, 200]
    """,
        asynchronous=False,
    )
    ran.assert_outcomes(passed=1)


def test_the_async_client_in_loops_that_a_test_starts(project):
    ran = project(
        """
    import anyio, asyncio

    def test_it(mistral):
        async def main():
            assert (await mistral.models.list()).data
        asyncio.run(main())
        anyio.run(main, backend="trio")
    """,
        asynchronous=False,
    )
    ran.assert_outcomes(passed=1)


def test_an_order_that_is_not_used_fails_the_test(project):
    clients = ["mistral", "sync_mistral", "tmp_path"]
    ran = project(
        "".join(
            f"""
    async def test_with_{client}({client}, fake_mistral):
        fake_mistral.fail(429, operation="chat.complete")
    """
            for client in clients
        )
    )
    ran.assert_outcomes(failed=6)
    ran.stdout.fnmatch_lines(["*fake_mistral: not used: reply for chat.complete (1 left*"] * 6)


def test_a_request_that_is_not_expected_fails_a_strict_test(project):
    ran = project(
        """
    import pytest

    @pytest.mark.fake_mistral(strict=True)
    def test_unexpected(sync_mistral):
        with pytest.raises(Exception):
            sync_mistral.models.list()

    @pytest.mark.fake_mistral(strict=True)
    def test_expected(sync_mistral, fake_mistral):
        fake_mistral.reply("models.list", json={"object": "list", "data": []})
        assert sync_mistral.models.list().data == []
    """,
        asynchronous=False,
    )
    ran.assert_outcomes(failed=1, passed=1)
    ran.stdout.fnmatch_lines(["*fake_mistral: not expected: <Request GET /v1/models*"])


def test_a_test_that_fails_says_its_own_reason_alone(project):
    ran = project("""
    async def test_it(fake_mistral):
        fake_mistral.fail(429)
        assert False, "my own reason"
    """)
    ran.assert_outcomes(failed=2)
    assert "not used" not in ran.stdout.str()


def test_the_nearest_mark_wins(project):
    ran = project(
        """
    import pytest

    pytestmark = pytest.mark.fake_mistral(api_key="of the module", seed=7)

    def test_module(fake_mistral):
        assert fake_mistral.api_key == "of the module"

    @pytest.mark.fake_mistral(api_key="of the test")
    def test_it(sync_mistral, fake_mistral):
        assert fake_mistral.api_key == "of the test"
        assert sync_mistral.models.list().data
    """,
        asynchronous=False,
    )
    ran.assert_outcomes(passed=2)


def test_a_cassette_is_recorded_and_replayed(project, pytester, monkeypatch):
    program = """
    import os
    from mistral_async import Mistral

    async def test_it(mistral_cassette):
        url = os.environ.get("SERVER", "https://api.mistral.ai")
        key = os.environ.get("MISTRAL_API_KEY", "replayed")
        async with Mistral(key, server_url=url, transport=mistral_cassette) as client:
            assert (await client.chat.complete(**ASK)).text == "You said: hi"
            if "MORE" in os.environ:
                await client.models.list()
    """
    ran = project(program)
    ran.assert_outcomes(errors=2)
    ran.stdout.fnmatch_lines(["*record it with pytest --mistral-record*"])
    with FakeMistral(api_key="a-secret-key") as server:
        monkeypatch.setenv("SERVER", server.url)
        monkeypatch.setenv("MISTRAL_API_KEY", "a-secret-key")
        project(program, "--mistral-record").assert_outcomes(passed=2)
        assert len(server.requests) == 2
        monkeypatch.delenv("SERVER")
        monkeypatch.delenv("MISTRAL_API_KEY")
        project(program).assert_outcomes(passed=2)
        assert len(server.requests) == 2
    tapes = sorted((pytester.path / "cassettes" / "test_it").iterdir())
    assert [tape.name for tape in tapes] == ["test_it-asyncio.jsonl", "test_it-trio.jsonl"]
    assert all("a-secret-key" not in tape.read_text() for tape in tapes)
    monkeypatch.setenv("MORE", "1")
    project(program).assert_outcomes(failed=2)
    tapes[0].write_text(tapes[0].read_text() * 2)
    monkeypatch.delenv("MORE")
    ran = project(program)
    ran.assert_outcomes(failed=1, passed=1)
    ran.stdout.fnmatch_lines(["*mistral_cassette: *not asked for: POST /v1/chat/completions*"])


def test_the_tests_in_the_documentation(pytester, monkeypatch):
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_text()
    programs = [
        code for code in re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL) if "def test_" in code
    ]
    assert len(programs) == 6
    cassettes = [code for code in programs if "mistral_cassette" in code]
    pytester.makeini("[pytest]\nanyio_mode = auto\n")
    pytester.makepyfile(**{f"test_{n}": code for n, code in enumerate(programs) if code not in cassettes})
    ran = pytester.runpytest_subprocess("-W", "error", "--strict-markers", timeout=60)
    ran.assert_outcomes(passed=7)  # the async one on asyncio and on trio


def test_it_loads_nothing_before_it_is_used():
    program = (
        "import sys, mistral_async.testing.plugin; "
        "heavy = {'httpx', 'anyio', 'msgspec', 'h11', 'mistral_async._client.client'}; "
        "heavy.add('mistral_async.testing._server'); "
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


# record and replay without the plugin


async def exchanges(client):
    """What a program asks, and what it hears."""
    heard = [(await client.chat.complete(**ASK)).text]
    async with client.chat.stream(**ASK) as events:
        heard.append([chunk.text async for chunk in events])
    heard.append(
        (await client.embeddings.create(model="mistral-embed", inputs=["a"], encoding_format="base64")).data[0]
    )
    uploaded = await client.files.upload(("a.bin", b"\xff\x00\xfe" * 100), "ocr")
    heard.append(await client.files.download(uploaded.id).read())
    return heard


@pytest.fixture
async def tape(anyio_backend, tmp_path):
    """A recording, what was heard while it was made, and the server."""
    path = tmp_path / "tape.jsonl"
    async with FakeMistral(api_key="a-secret-key") as server:
        server.fail(429)
        async with Mistral(server.api_key, server_url=server.url, transport=record(path), retry_config=QUICK) as client:
            heard = await exchanges(client)
    return path, heard


async def test_a_replay_says_the_same_without_a_network(tape):
    """Cassettes, rule 3."""
    path, heard = tape
    played = replay(path)
    async with Mistral("another key", transport=played, retry_config=QUICK) as client:
        assert await exchanges(client) == heard
        played.assert_done()
        with pytest.raises(CassetteError, match=r"GET /v1/models"):
            await client.models.list()


async def test_a_recording_has_no_key_and_can_be_read(tape):
    """Cassettes, rule 1."""
    path, _ = tape
    text = path.read_text()
    assert "a-secret-key" not in text
    assert "uthorization" not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["status"] for line in lines][:3] == [429, 200, 200]
    assert lines[1]["request"]["json"]["messages"] == ASK["messages"]
    assert "".join(lines[2]["body"]).rstrip().endswith("data: [DONE]")


async def test_a_key_that_the_answer_repeats_is_scrubbed(anyio_backend, tmp_path):
    """Cassettes, rule 1."""
    async with FakeMistral(api_key="a-secret-key") as server:
        server.reply(status=401, json={"message": "the key a-secret-key is not good"})
        async with Mistral(server.api_key, server_url=server.url, transport=record(tmp_path / "t")) as client:
            with pytest.raises(Exception, match="401"):
                await client.models.list()
    assert "[key] is not good" in (tmp_path / "t").read_text()
    assert "a-secret-key" not in (tmp_path / "t").read_text()


async def test_a_stream_that_was_left_early_ends_where_it_was_left(anyio_backend, tmp_path):
    """Cassettes, rule 4."""
    async with FakeMistral(chunk_delay=0.05) as server:
        client = Mistral(server.api_key, server_url=server.url, transport=record(tmp_path / "t"))
        async with client, client.chat.stream(**ASK) as events:
            first = (await anext(aiter(events))).text
    client = Mistral("key", transport=replay(tmp_path / "t"))
    async with client, client.chat.stream(**ASK) as events:
        with pytest.raises(StreamInterruptedError, match="recording ends here") as caught:
            async for _ in events:
                pass
    assert caught.value.partial.text.startswith(first)


async def test_another_question_has_no_answer(tape):
    """Cassettes, rules 2 and 3."""
    path, _ = tape
    async with Mistral("key", transport=replay(path)) as client:
        with pytest.raises(CassetteError, match="record it again"):
            await client.chat.complete(**{**ASK, "messages": [{"role": "user", "content": "something else"}]})
    with pytest.raises(CassetteError, match="not asked for"):
        replay(path).assert_done()


def test_the_blocking_client_records_and_replays(threaded_server, tmp_path):
    with SyncMistral(
        threaded_server.api_key, server_url=threaded_server.url, transport=record(tmp_path / "t")
    ) as client:
        text = client.chat.complete(**ASK).text
    with SyncMistral("key", transport=replay(tmp_path / "t")) as client:
        assert client.chat.complete(**ASK).text == text


# respx


async def test_a_router_of_respx_is_a_transport(anyio_backend):
    httpx = pytest.importorskip("httpx")
    respx = pytest.importorskip("respx")
    router = respx.Router(assert_all_called=True)
    answer = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "mocked"}, "finish_reason": "stop"}]}
    route = router.post(path="/v1/chat/completions")
    route.side_effect = [httpx.Response(429), httpx.Response(200, json=answer)]
    async with Mistral("key", transport=httpx.MockTransport(router.async_handler), retry_config=QUICK) as client:
        assert (await client.chat.complete(**ASK)).text == "mocked"
    assert route.call_count == 2
    assert route.calls.last.request.headers["authorization"] == "Bearer key"


def test_a_client_of_each_kind_and_those_that_the_environment_leads(project):
    ran = project(
        """
    from mistral_async import SyncMistral, compat

    ASK = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}

    def test_compat(compat_mistral, fake_mistral):
        fake_mistral.fail(503)
        assert isinstance(compat_mistral, compat.Mistral)
        assert compat_mistral.chat.complete(**ASK).choices[0].message.content == "You said: hi"
        assert [request.status for request in fake_mistral.requests] == [503, 200]

    def test_environment(mistral_env):
        with SyncMistral() as client, compat.Mistral() as other:
            assert client.chat.complete(**ASK).text == "You said: hi"
            assert other.chat.complete(**ASK).choices[0].message.content == "You said: hi"
        assert len(mistral_env.requests) == 2
    """,
        asynchronous=False,
    )
    ran.assert_outcomes(passed=2)
