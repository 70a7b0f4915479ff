"""Modules that load when a call first needs them, without file descriptors, or while another thread loads them."""

from __future__ import annotations

import errno
import sys
from types import ModuleType

import pytest

from mistral_async import MemoryCache, Mistral, RateLimits
from mistral_async.errors import APIConnectError

CHAT = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "x" * 40_000}]}
MODULES = {
    "mistral_async._spending.media": ({"rate_limits": RateLimits(requests_per_second=1000)}, {}, 3),
    "mistral_async._engine.affinity": ({}, {"fallback": ["mistral-large-latest"]}, 0),
    "mistral_async._engine.reroute": ({}, {"fallback": ["mistral-large-latest"]}, 0),
    "mistral_async._engine.cached_calls": ({"cache": MemoryCache()}, {}, 0),
}
"""The settings and options that each is loaded for, and the attempts: one that needs a module is repeated."""


class NoDescriptors:
    def __init__(self, module):
        self.module = module

    def find_spec(self, name, path, target=None):
        if name == self.module:
            raise OSError(errno.EMFILE, "Too many open files")


@pytest.mark.parametrize("module", MODULES)
async def test_a_module_that_can_not_be_loaded(server, module, monkeypatch):
    """Rule 1."""
    settings, options, attempts = MODULES[module]
    retries = {"retries": 2, "backoff": {"initial_interval": 1}}
    async with Mistral(server.api_key, server_url=server.url, retry_config=retries, **settings) as client:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "meta_path", [NoDescriptors(module), *sys.meta_path])
            patch.delitem(sys.modules, module, raising=False)
            with pytest.raises(APIConnectError, match="could not load what the call needs") as raised:
                await client.chat.complete(**CHAT, **options)
        assert len(raised.value.attempts) == attempts
        assert (await client.chat.complete(**CHAT, **options)).text


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_another_thread_imports_trio_meanwhile(server, monkeypatch):
    monkeypatch.setitem(sys.modules, "trio", ModuleType("trio"))  # as it is at the beginning
    async with Mistral(server.api_key, server_url=server.url) as client:
        assert (await client.chat.complete(**CHAT)).text
