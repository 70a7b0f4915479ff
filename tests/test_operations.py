"""A group of endpoints has every current operation that the API has in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from derived import implemented
from endpoint_values import NO_ENDPOINTS, OF_TELEMETRY, general, template

ROOT = Path(__file__).parents[1]
OPERATIONS = ROOT.parent / "shared" / "api" / "operations.json"


@pytest.mark.skipif(not OPERATIONS.exists(), reason="the list of operations is not beside this checkout")
def test_every_current_operation_has_an_endpoint():
    ours = implemented()
    wanted = {
        (each["method"], template(each["path"].split("#")[0]), each["streaming"])
        for each in json.loads(OPERATIONS.read_text())
        if each["status"] == "current" and each["method"] not in NO_ENDPOINTS
    }
    assert len(wanted) >= 379
    missing = {each for each in wanted - ours.keys() if (each[0], general(each[1]), each[2]) not in ours}
    assert missing == {(*OF_TELEMETRY, False)}
