"""A client of `compat`, and the server that it asks."""

from __future__ import annotations

import pytest

from mistral_async.compat import Mistral
from mistral_async.testing import FakeMistral


@pytest.fixture(scope="module")
def server():
    with FakeMistral(any_model=True) as made:
        yield made


@pytest.fixture
def client(server):
    with Mistral(server.api_key, server_url=server.url) as made:
        yield made
