"""Every current operation of the API's main groups has an endpoint, and stands in the table of the documentation.

`python tests/test_operations.py` writes the table.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from endpoint_values import ALL, needed

from mistral_async import Stream

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "operations.md"
OPERATIONS = ROOT.parent / "shared" / "api" / "operations.json"
GROUPS = {
    "chat", "fim", "agents", "embeddings", "classifiers", "ocr", "responses", "audio.transcriptions", "audio.speech",
    "audio.voices", "files", "models", "fine_tuning.jobs", "batch.jobs", "beta.conversations", "beta.agents",
    "beta.libraries", "beta.libraries.documents", "beta.libraries.accesses",
}  # fmt: skip

Key = tuple[str, str, bool]


def implemented() -> dict[Key, list[str]]:
    """The endpoints of each operation: method, path with its parameters erased, whether it streams."""
    found: dict[Key, list[str]] = {}
    for name, method in ALL.items():
        request = method(**needed(name))
        found.setdefault((request.method, request.route, isinstance(request, Stream)), []).append(name)
    return found


def table() -> str:
    """The page of the documentation."""
    rows = [
        f"| `{method} {route.replace('{}', '{id}')}`{' (stream)' if streams else ''} | "
        f"{', '.join(f'`{name}`' for name in names)} | {(ALL[names[0]].__doc__ or '').strip().splitlines()[0]} |"
        for (method, route, streams), names in sorted(implemented().items(), key=lambda item: item[0][1:] + item[0][:1])
    ]
    return (
        "# Operations\n\nEvery operation of the API that the client covers, and the method that performs it.\n\n"
        "| Operation | Methods | What it does |\n|---|---|---|\n" + "\n".join(rows) + "\n"
    )


@pytest.mark.skipif(not OPERATIONS.exists(), reason="the list of operations is not beside this checkout")
def test_every_current_operation_has_an_endpoint():
    ours = {(method, re.sub(r"\{\}", "{}", route), streams) for method, route, streams in implemented()}
    wanted = {
        (each["method"], re.sub(r"\{[^}]*\}", "{}", each["path"].split("#")[0]), each["streaming"])
        for each in json.loads(OPERATIONS.read_text())
        if each["status"] == "current" and each["group"] in GROUPS and each["method"] != "WS"
    }
    assert len(wanted) == 91
    assert wanted - ours == set()


def test_the_table_of_the_documentation_is_complete():
    assert PAGE.read_text() == table(), "run `python tests/test_operations.py`"


if __name__ == "__main__":
    PAGE.write_text(table())
