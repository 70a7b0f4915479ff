"""The proxy of an origin: given, or of the environment, and origins that are exempt from it."""

from __future__ import annotations

import sys

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async._http.network import Network
from mistral_async._http.origin import Origin
from mistral_async._http.protocol import Phase, SettingError, Timeouts, WireError
from mistral_async._http.proxy import environment_proxy, given_proxy

TIMEOUTS = Timeouts(connect=5, write=5, read=5)


def proxy_of(monkeypatch, environment, origin):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    url = httpx.URL(origin)
    found = environment_proxy(Origin(url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)))
    return None if found is None else found.url


@pytest.mark.parametrize(
    ("environment", "origin", "proxy"),
    [
        ({}, "https://a.test", None),
        ({"HTTPS_PROXY": "http://p:1"}, "https://a.test", "http://p:1"),
        ({"HTTPS_PROXY": "p:1"}, "https://a.test", "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1"}, "http://a.test", None),
        ({"https_proxy": "http://low:1", "HTTPS_PROXY": "http://p:1"}, "https://a.test", "http://low:1"),
        ({"ALL_PROXY": "http://p:1"}, "https://a.test", "http://p:1"),
        ({"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, "http://a.test", None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "*"}, "https://a.test", None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "a.test"}, "https://a.test", None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": " b.test , a.test "}, "https://x.a.test", None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "a.test"}, "https://xa.test", "http://p:1"),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": ".a.test"}, "https://x.a.test", None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": ".a.test"}, "https://a.test", "http://p:1"),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "a.test:444"}, "https://a.test", "http://p:1"),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "a.test:443"}, "https://a.test:443", None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "127.0.0.1"}, "https://127.0.0.1", None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "127.0.0.2"}, "https://127.0.0.1", "http://p:1"),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "::1"}, "https://[::1]", None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "localhost"}, "https://localhost", None),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "http://a.test"}, "https://a.test", "http://p:1"),
        ({"ALL_PROXY": "http://p:1", "NO_PROXY": "https://a.test"}, "https://a.test", None),
    ],
)
def test_the_environments_proxy_is_the_one_httpx_takes(environment, origin, proxy, monkeypatch):
    url = httpx.URL(origin)
    assert proxy_of(monkeypatch, environment, origin) == proxy
    client = httpx.AsyncClient()
    theirs = client._transport_for_url(url)
    if ":444" not in environment.get("NO_PROXY", "") and ":443" not in environment.get("NO_PROXY", ""):
        assert (theirs is not client._transport) == (proxy is not None), "httpx agrees"


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({"https_proxy": "", "HTTPS_PROXY": "http://p:1"}, None),
        ({"https_proxy": "", "ALL_PROXY": "http://p:1"}, "http://p:1"),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "", "NO_PROXY": "*"}, "http://p:1"),
        ({"HTTPS_PROXY": " http://p:1\n"}, "http://p:1"),
    ],
)
def test_rule_1_the_variable_in_lower_case_goes_first(monkeypatch, environment, proxy):
    assert proxy_of(monkeypatch, environment, "https://a.test") == proxy


@pytest.mark.parametrize(
    ("entries", "origin", "exempt"),
    [
        ("10.0.0.0/8", "http://10.1.2.3", True),
        ("10.0.0.0/8", "http://11.1.2.3", False),
        ("10.1.2.3/8", "http://10.9.9.9", True),
        ("192.168.1.0/24,10.0.0.0/8", "http://10.1.2.3:8000", True),
        ("10.0.0.0/8:8000", "http://10.1.2.3:8000", True),
        ("10.0.0.0/8:8001", "http://10.1.2.3:8000", False),
        ("10.0.0.0/8", "http://ten.test", False),
        ("fd00::/8", "http://[fd07:b51a:cc66:f0::7]", True),
        ("[fd00::]/8", "http://[fd07::7]", True),
        ("fd00::/8", "http://[fe80::1]", False),
        ("0:0:0:0:0:0:0:1", "http://[::1]", True),
        ("[::1]:8000", "http://[::1]:8000", True),
        ("[::1]:8001", "http://[::1]:8000", False),
        ("[::1]", "http://[::1]:8000", True),
        ("10.0.0.0/8", "http://[::ffff:10.1.2.3]", True),
        ("127.0.0.1/32", "http://127.0.0.1:1", True),
        ("127.0.0.1/", "http://127.0.0.1:1", True),
        ("10.0.0.0/33", "http://10.1.2.3", False),
        ("10.*", "http://10.1.2.3", True),
        ("*.a.test", "https://x.a.test", True),
        ("*.a.test", "https://xa.test", False),
        ("*.a.test", "https://a.test", False),
        ("A.Test", "https://x.a.TEST", True),
        ("a.test.", "https://a.test", True),
        ("b.test a.test", "https://a.test", True),
        (" b.test ,\ta.test ", "https://a.test", True),
        (",, ,", "https://a.test", False),
        ("https://a.test/path", "https://a.test", True),
    ],
)
def test_rule_2_exempt_origins(monkeypatch, entries, origin, exempt):
    environment = {"ALL_PROXY": "http://p:1", "NO_PROXY": entries}
    assert proxy_of(monkeypatch, environment, origin) == (None if exempt else "http://p:1")


@given(st.text(st.sampled_from("a1.:/[]*,% f"), max_size=12), st.sampled_from(["a.test", "10.0.0.1", "[::1]"]))
def test_rule_2_any_entries_can_be_read(entries, host):
    with pytest.MonkeyPatch.context() as monkeypatch:
        proxy_of(
            monkeypatch,
            {"ALL_PROXY": "http://p:1", "NO_PROXY": entries},
            f"http://{host}" if ":" not in host else "http://[::1]",
        )


BAD = [
    "http://h:99999",
    "http://h:0",
    "http://h:x",
    "http://",
    "http://[::1",
    "gopher://h",
    "socks://h",
    "http://u:secret/x@h",
]


@pytest.mark.parametrize("url", BAD)
def test_rule_3_a_proxy_that_can_not_be_is_named(monkeypatch, url):
    with pytest.raises(SettingError, match=r"^HTTPS_PROXY") as caught:
        proxy_of(monkeypatch, {"HTTPS_PROXY": url}, "https://a.test")
    assert "secret" not in str(caught.value)
    with pytest.raises(SettingError, match=r"^proxy"):
        Network(("http", "127.0.0.1", 9), proxy=url)


@pytest.mark.parametrize(
    "proxy", ["http://u:secret@h:1", httpx.URL("http://u:secret@h:1"), httpx.Proxy("http://u:secret@h:1"), "h:1"]
)
def test_rule_3_a_proxy_is_shown_without_its_password(proxy):
    assert str(given_proxy(proxy)) == repr(given_proxy(proxy)) == "http://h:1 (proxy)"


async def test_a_proxy_that_is_not_there_is_named(http):
    network = Network(("https", "a.test", 443), proxy="http://u:secret@127.0.0.1:9")
    with pytest.raises(WireError, match=r"a\.test:443 through the proxy http://127\.0\.0\.1:9 \(proxy\): ") as caught:
        await network.current().send(http.POST, b"x", TIMEOUTS)
    await network.aclose()
    assert caught.value.phase is Phase.CONNECT
    assert "secret" not in str(caught.value)


async def test_what_a_proxy_needs_is_named(http, monkeypatch):
    monkeypatch.setitem(sys.modules, "socksio", None)
    network = Network(("https", "a.test", 443), proxy="socks5://127.0.0.1:9", http2=True)
    with pytest.raises(SettingError, match=r"pip install 'mistral-async\[socks\]'"):
        await network.current().send(http.POST, b"x", TIMEOUTS)


async def test_certificates_are_looked_for_where_tls_is_used(http):
    network = Network(("https", "a.test", 443), proxy="http://127.0.0.1:9", verify="/no/such.pem")
    with pytest.raises(SettingError, match=r"verify names '/no/such\.pem'"):
        await network.current().send(http.POST, b"x", TIMEOUTS)
    network = Network(("http", "a.test", 80), proxy="http://127.0.0.1:9", verify="/no/such.pem")
    with pytest.raises(WireError, match="through the proxy"):
        await network.current().send(http.POST, b"x", TIMEOUTS)
    await network.aclose()
