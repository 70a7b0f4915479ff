"""Settings of the machine: what works as other clients have it, and what is refused at once, by name."""

from __future__ import annotations

import datetime as dt
import pickle
import socket
import time
import warnings
from math import inf, nan

import httpx
import pytest

from mistral_async import BackoffStrategy, Mistral, RetryConfig, SyncMistral, Timeout, Transport, calls
from mistral_async.errors import APIConnectionError, APITimeoutError, ConfigurationError
from mistral_async.testing import FakeMistral, Html, Stall

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
QUICK = RetryConfig(retries=2, backoff=BackoffStrategy(initial_interval=1, max_interval=2))


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize("url", ["{}", "{}/", "{}/v1", "{}/v1/", " {}/v1\n", httpx.URL])
async def test_a_servers_url_may_end_in_v1(server, url):
    given = url(f"{server.url}/v1") if callable(url) else url.format(server.url)
    async with Mistral(server.api_key, server_url=given) as client:
        assert (await client.chat.complete(**HI)).text
    assert server.requests[-1].target == "/v1/chat/completions"


def test_a_path_before_v1_stays():
    client = Mistral("key", server_url=httpx.URL("https://gateway.test/mistral/v1"))
    assert pickle.loads(pickle.dumps(client))._executor.engine.state.prefix == "/mistral"
    assert Mistral("key", server_url="https://gateway.test/a@b/v1")._executor.engine.state.prefix == "/a@b"


@pytest.mark.parametrize(
    "url",
    [
        "http://h:99999",
        "http://h:0",
        "http://h:x",
        "http://[::1",
        "http://u:secret@h",
        "http://u:secret/x@h",
        "http://a b",
        "http://h/ä",
        "h",
        "",
        b"http://h",
    ],
)
def test_a_server_that_can_not_be_is_refused(url):
    with pytest.raises(ConfigurationError, match="server_url") as caught:
        SyncMistral("key", server_url=url)
    assert "secret" not in str(caught.value)


def limits(client):
    return client._executor.engine.options.timeout


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (httpx.Timeout(5), Timeout(connect=5, write=5, read=5, idle=5)),
        (httpx.Timeout(None), Timeout(connect=None, write=None, read=None, idle=None, attempt=None)),
        (httpx.Timeout(9, read=900), Timeout(connect=9, write=9, read=900, idle=900, attempt=None)),
        (7, Timeout(total=7.0)),
        (inf, Timeout()),
        (dt.timedelta(minutes=1), Timeout(total=60.0)),
    ],
)
def test_time_limits_in_every_form(given, expected):
    assert limits(Mistral("key", timeout=given)) == limits(Mistral("key").with_options(timeout=given)) == expected


@pytest.mark.parametrize("timeout", ["5", (5, 30), True, nan, Timeout(read="5"), Timeout(read=nan), object()])
def test_time_limits_that_are_none(timeout):
    with pytest.raises(ConfigurationError, match="timeout"):
        Mistral("key", timeout=timeout)
    with pytest.raises(ConfigurationError, match="timeout"):
        Mistral("key").with_options(timeout=timeout)


@pytest.mark.parametrize("timeout", ["500", True, 0, nan])
def test_milliseconds_that_are_none(timeout):
    with pytest.raises(ConfigurationError, match="timeout"):
        Mistral("key", timeout_ms=timeout)


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (Timeout(read=0.1), r"read=0\.1 s"),
        (Timeout(attempt=0.1), r"attempt=0\.1 s"),
        (0.1, r"total=0\.1 s"),
        (httpx.Timeout(0.1), r"read=0\.1 s"),
    ],
)
async def test_a_time_out_says_which_limit_and_how_long(client, server, limit, text):
    server.fault(Stall(), times=None)
    with pytest.raises(APITimeoutError, match=text):
        await client.with_options(timeout=limit, retries=0).chat.complete(**HI)


async def test_an_error_says_how_many_attempts_there_were(client, server):
    server.fault(Html(503), times=3)
    with pytest.raises(Exception, match=r"^503 .*\(after 3 attempts\)$"):
        await client.with_options(retries=2).chat.complete(**HI)
    server.fault(Html(503))
    with pytest.raises(Exception, match="503") as caught:
        await client.with_options(retries=0).chat.complete(**HI)
    assert "attempts" not in str(caught.value)


class TestAtOnce:
    """A setting that no request can be sent with: one error of ours, no attempt is repeated, nothing is waited for."""

    async def fails(self, match, **settings):
        retries = RetryConfig(retries=5, backoff=BackoffStrategy(initial_interval=10_000))
        began = time.monotonic()
        async with Mistral(
            "key", **{"server_url": "https://127.0.0.1:9", "retry_config": retries, **settings}
        ) as client:
            for _ in range(2):
                with pytest.raises(ConfigurationError, match=match) as caught:
                    await client.chat.complete(**HI)
                assert len(caught.value.attempts) == 1
            with pytest.raises(ConfigurationError, match=match):
                async with client.chat.stream(**HI):
                    pass
            results = await client.bulk.embed(["a"]).collect()
            assert [type(result.error) for result in results] == [ConfigurationError]
        assert time.monotonic() - began < 5

    async def test_certificates(self, anyio_backend, monkeypatch, tmp_path):
        await self.fails("verify names '/no/such.pem', which does not exist", verify="/no/such.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
        await self.fails(f"SSL_CERT_FILE names '{tmp_path}/gone.pem'")
        await self.fails("SSL_CERT_FILE", http2=True)

    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def test_certificates_for_code_that_blocks(self, backend):
        retries = RetryConfig(retries=5, backoff=BackoffStrategy(initial_interval=10_000))
        settings = {"server_url": "https://127.0.0.1:9", "verify": "/no/such.pem", "retry_config": retries}
        began = time.monotonic()
        with SyncMistral("key", backend=backend, **settings) as client:
            for _ in range(2):
                with pytest.raises(ConfigurationError, match=r"verify names '/no/such\.pem'") as caught:
                    client.chat.complete(**HI)
                assert len(caught.value.attempts) == 1
        assert time.monotonic() - began < 5

    async def test_proxies_of_the_environment(self, anyio_backend, monkeypatch):
        monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:1")
        await self.fails("ALL_PROXY names a proxy with socks://")
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:99999")
        await self.fails("HTTPS_PROXY is not the URL of a proxy")

    def test_proxies_that_are_given(self):
        with pytest.raises(ConfigurationError, match="proxy is not the URL"):
            Mistral("key", proxy="http://127.0.0.1:99999")


async def test_a_proxy_that_is_not_there_is_named_with_its_setting(anyio_backend, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("https_proxy", f"http://user:secret@127.0.0.1:{port}")
    async with Mistral("key", server_url="https://a.test", retry_config=QUICK) as client:
        with pytest.raises(APIConnectionError, match="the proxy http://127") as caught:
            await client.chat.complete(**HI)
    assert f"a.test:443 through the proxy http://127.0.0.1:{port} (https_proxy)" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert str(caught.value).endswith("(after 3 attempts)")


@pytest.mark.parametrize("kind", [Mistral, SyncMistral])
def test_no_verification_warns_once(kind):
    with FakeMistral() as server, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        client = kind(server.api_key, server_url=server.url, verify=False)
        client.with_options(timeout=3)
        if isinstance(client, SyncMistral):
            client.chat.complete(**HI)
            client.chat.complete(**HI)
            client.close()
    (warning,) = caught
    assert "verify=False" in str(warning.message)
    assert warning.filename == __file__


def test_a_transport_without_verification_warns_too():
    with pytest.warns(UserWarning, match="verify=False"):
        Transport(verify=False)


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(tmp_path, threaded_server):
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(600 * 1024 * 1024)  # without taking room
    with SyncMistral(threaded_server.api_key, server_url=threaded_server.url) as client:
        for given in (path, str(path), path.open("rb"), {"file_name": "f", "content": path}):
            with pytest.raises(ConfigurationError, match=r"629,145,600 bytes.*512 MB"):
                client.files.upload(given, "ocr")
            if hasattr(given, "close"):
                given.close()
    assert calls.files.upload(path, "ocr", check=False)
    assert not threaded_server.requests


@pytest.mark.parametrize("url", ["me:secret@host", "https:/me:secret@host", "ftp://host/?api_key=secret"])
def test_an_address_that_can_not_be_shows_no_secret(url):
    with pytest.raises(ConfigurationError, match=r"server_url (takes no|must)") as caught:
        SyncMistral("key", server_url=url)
    assert "secret" not in str(caught.value)
