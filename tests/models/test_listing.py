"""Every model can be imported from the package, and importing one loads the module that it needs."""

from __future__ import annotations

import subprocess
import sys

import pytest
from derived import models, modules

import mistral_async.models as package


def test_every_public_name_of_every_module_is_there():
    assert package.__all__ == dir(package) == sorted(name for names in models().values() for name in names)
    for module, names in models().items():
        for name in names:
            assert getattr(package, name) is getattr(sys.modules[module], name)


def test_modules_in_folders_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr("derived.ROOT", tmp_path)
    for name in ("models/__init__.py", "models/_private.py", "models/chat.py", "models/flows/__init__.py",
                 "models/flows/runs.py", "models/flows/_shared.py", "models/_hidden/runs.py"):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert list(modules(tmp_path / "models")) == ["models.chat", "models.flows", "models.flows.runs"]


@pytest.mark.parametrize(
    ("statement", "loaded"),
    [
        ("import mistral_async", ["", "._lazy", "._version"]),
        ("import mistral_async.models", ["", "._lazy", "._version", ".models"]),
        ("from mistral_async.models import ShareLevel", [".models.accesses"]),
    ],
)
def test_what_an_import_loads(statement, loaded):
    code = f"{statement}; import sys; print(*sorted(m for m in sys.modules if m.split('.')[0] == 'mistral_async'))"
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    found = result.stdout.split()
    if "from" in statement:
        assert [m for m in found if m.startswith("mistral_async.models.") and "._" not in m] == [
            f"mistral_async{name}" for name in loaded
        ]
    else:
        assert found == [f"mistral_async{name}" for name in loaded]
