"""Most of what calls cost is the same on every event loop: what waits or is cancelled is marked with `EACH_LOOP`."""

from __future__ import annotations

import pytest


@pytest.fixture
def anyio_backend(request):
    return getattr(request, "param", "asyncio")
