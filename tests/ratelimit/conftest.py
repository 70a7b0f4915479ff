"""The world that limiters live in, as fixtures."""

from __future__ import annotations

import pytest
from limit_world import Bucket, Client, FixedWindow, InFlight, LateBucket, Server, World


class Simulation:
    World, Bucket, LateBucket, FixedWindow, InFlight = World, Bucket, LateBucket, FixedWindow, InFlight
    Server, Client = Server, Client


@pytest.fixture
def sim():
    return Simulation


@pytest.fixture(scope="module")
def sim_module():
    return Simulation
