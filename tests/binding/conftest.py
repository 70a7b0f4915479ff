"""Clients whose requests reach nobody: what they answer comes from what replaces their methods."""

from __future__ import annotations

import pytest

from mistral_async import Mistral, RetryConfig, SyncMistral

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def nowhere():
    return Mistral("key", server_url=NOWHERE, retry_config=RetryConfig(strategy="none"))


@pytest.fixture
def blocking():
    return SyncMistral("key", server_url=NOWHERE, retry_config=RetryConfig(strategy="none"))
