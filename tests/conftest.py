"""Every async test runs on asyncio, asyncio with uvloop, and trio; `server` is a fake server, `client` uses it."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys

import pytest
from hypothesis import HealthCheck, settings

from mistral_async import BackoffStrategy, Mistral, RetryConfig, SyncMistral
from mistral_async.testing import FakeMistral

try:
    from coverage import Coverage
except ImportError:  # an environment that only tests
    Coverage = None

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a shell, and then in every child
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says how busy the machine is; `CI` in the environment makes the examples the same each time.
settings.register_profile("patient", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

QUICK = RetryConfig(backoff=BackoffStrategy(initial_interval=5, max_interval=20))


def pytest_collection_finish():
    """Spare the garbage collector what stays anyway: ten thousand tests, and all modules."""
    if Coverage and Coverage.current():
        importlib.import_module("mistral_async._http.trio_wire.wire")  # while it is measured: see below
    gc.collect()
    gc.freeze()


def pytest_sessionfinish():
    """Give it back: whoever loads now may ask the collector who refers to what."""
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def _bytecode_of_children(tmp_path_factory):
    """Keep what the many interpreters that tests start compile, where it may not be kept beside the sources."""
    if not sys.dont_write_bytecode or sys.pycache_prefix:
        yield
        return
    own = tmp_path_factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own  # all workers share it
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
        patch.setenv("PYTHONPYCACHEPREFIX", str(run / "bytecode"))
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Measure coverage on asyncio, and on every loop where each has code of its own: in the tests of `_http`.

    Traced, a test takes twice as long, and all other lines are the same.
    """
    measured = Coverage and Coverage.current()
    if measured is None or _loop(item) in {None, "asyncio"} or "http" in item.path.parts:
        return (yield)
    measured.stop()
    try:
        return (yield)
    finally:
        measured.start()


def _loop(item):
    """Name the event loop that a test is parametrized with, if it is."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    match parameters.get("anyio_backend"):
        case (_, {"use_uvloop": True}):
            return "uvloop"
        case (name, _) | name:
            return name


@pytest.fixture(
    params=[
        pytest.param(("asyncio", {"use_uvloop": False}), id="asyncio"),
        pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop"),
        pytest.param(("trio", {}), id="trio"),
    ],
)
def anyio_backend(request):
    return request.param


@pytest.fixture
async def server(anyio_backend):
    async with FakeMistral() as server:
        yield server


@pytest.fixture
async def client(server):
    async with Mistral(server.api_key, server_url=server.url, retry_config=QUICK) as client:
        yield client


@pytest.fixture
def threaded_server():
    with FakeMistral() as server:
        yield server


@pytest.fixture(params=["asyncio", "trio"])
def sync_client(threaded_server, request):
    with SyncMistral(
        threaded_server.api_key, server_url=threaded_server.url, retry_config=QUICK, backend=request.param
    ) as client:
        yield client


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run a test marked `full_disk(size)` while no file may become longer: a write fails as on a full disk.

    Pytest's own output may be a file too: the limit holds for the function alone.
    """
    mark = pyfuncitem.get_closest_marker("full_disk")
    if mark is None:
        return (yield)
    resource = pytest.importorskip("resource", reason="limits of processes are of Unix")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (mark.args[0], before[1]))
    try:
        return (yield)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
