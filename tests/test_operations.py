"""A group of endpoints has every current operation that the API has in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from derived import implemented

ROOT = Path(__file__).parents[1]
OPERATIONS = ROOT.parent / "shared" / "api" / "operations.json"


@pytest.mark.skipif(not OPERATIONS.exists(), reason="the list of operations is not beside this checkout")
def test_every_current_operation_has_an_endpoint():
    ours = implemented()
    groups = {name.rpartition(".")[0] for names in ours.values() for name in names}
    wanted = {
        (each["method"], re.sub(r"\{[^}]*\}", "{}", each["path"].split("#")[0]), each["streaming"])
        for each in json.loads(OPERATIONS.read_text())
        if each["status"] == "current" and each["group"] in groups and each["method"] != "WS"
    }
    assert len(wanted) >= 91
    assert wanted - ours.keys() == set()
