"""The pytest plugin: a fresh fake server, clients of it, and cassettes, for any kind of test.

Nothing is loaded, opened or started before a test asks for a fixture.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from mistral_async.testing._json import JSONObject

if TYPE_CHECKING:
    from mistral_async import Mistral, SyncMistral, compat
    from mistral_async.testing import FakeMistral, Recording, Replay

_MARK = "fake_mistral"
_CHECKED = {"fake_mistral", "mistral_cassette"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that records cassettes."""
    group = parser.getgroup("mistral_async")
    group.addoption("--mistral-record", action="store_true", help="record the cassettes of mistral_cassette anew")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", f"{_MARK}(**options): what the fake server of a test is made with")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test that passed but left scripted replies or recorded exchanges unused."""
    result = yield
    funcargs: JSONObject = getattr(item, "funcargs", {})
    for name in _CHECKED & funcargs.keys():
        if message := _failure_message(funcargs[name]):
            pytest.fail(f"{name}: {message}", pytrace=False)
    return result


@pytest.fixture
def fake_mistral(request: pytest.FixtureRequest) -> Iterator[FakeMistral]:
    """Start a fake server; scripted replies and faults that the test did not use fail it.

    `@pytest.mark.fake_mistral(strict=True)` gives its options: a strict server has scripted replies only.
    """
    from mistral_async.testing import FakeMistral

    options: JSONObject = {}
    for mark in request.node.iter_markers(_MARK):  # the nearest first
        options = {**mark.kwargs, **options}
    with FakeMistral(**options) as server:
        yield server


@pytest.fixture
def mistral(fake_mistral: FakeMistral) -> Mistral:
    """Return a client of `fake_mistral` for async tests, on any event loop; it retries within milliseconds."""
    from mistral_async import Mistral

    return Mistral(**_settings(fake_mistral))


@pytest.fixture
def sync_mistral(fake_mistral: FakeMistral) -> Iterator[SyncMistral]:
    """Return a blocking client of `fake_mistral`; it retries within milliseconds."""
    from mistral_async import SyncMistral

    with SyncMistral(**_settings(fake_mistral)) as client:
        yield client


@pytest.fixture
def compat_mistral(fake_mistral: FakeMistral) -> Iterator[compat.Mistral]:
    """Return a client of `fake_mistral` with the official SDK's spellings; it retries within milliseconds."""
    from mistral_async.compat import Mistral
    from mistral_async.compat.utils import BackoffStrategy, RetryConfig

    quick = RetryConfig("backoff", BackoffStrategy(5, 20, 1.5, 90_000), retry_connection_errors=True)
    with Mistral(fake_mistral.api_key, server_url=fake_mistral.url, retry_config=quick) as client:
        yield client


@pytest.fixture
def mistral_env(fake_mistral: FakeMistral, monkeypatch: pytest.MonkeyPatch) -> FakeMistral:
    """Return `fake_mistral`, to which clients lead that are made without a key and an address: `Mistral()`."""
    monkeypatch.setenv("MISTRAL_API_KEY", fake_mistral.api_key)
    monkeypatch.setenv("MISTRAL_SERVER_URL", fake_mistral.url)
    return fake_mistral


@pytest.fixture
def mistral_cassette(request: pytest.FixtureRequest) -> Recording | Replay:
    """Return a transport that replays `cassettes/<module>/<test>.jsonl`; `pytest --mistral-record` records it.

    Recorded exchanges that the test did not use fail it.
    """
    from mistral_async.testing import record, replay

    name = re.sub(r"[^\w.-]+", "-", request.node.name).strip("-")
    path = request.path.parent / "cassettes" / request.path.stem / f"{name}.jsonl"
    if request.config.getoption("--mistral-record"):
        return record(path)
    if not path.exists():
        pytest.fail(f"there is no {path}: record it with pytest --mistral-record", pytrace=False)
    return replay(path)


def _failure_message(fixture: Any) -> str:
    check = getattr(fixture, "assert_done", None)  # a recording has no such check
    try:
        return str(check() or "") if check is not None else ""
    except AssertionError as problem:
        return str(problem)


def _settings(server: FakeMistral) -> JSONObject:
    from mistral_async import BackoffStrategy, RetryConfig

    quick = RetryConfig(backoff=BackoffStrategy(initial_interval=5, max_interval=20))
    return {"api_key": server.api_key, "server_url": server.url, "retry_config": quick}
