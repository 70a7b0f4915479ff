"""The pytest plugin: the fixture `fake_mistral` is a fresh server, on a thread of its own, for any kind of test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mistral_async.testing import FakeMistral


@pytest.fixture
def fake_mistral() -> Iterator[FakeMistral]:
    """A running fake server; replies and faults that the test ordered but did not use fail it."""
    from mistral_async.testing import FakeMistral

    with FakeMistral() as server:
        yield server
        server.assert_done()
