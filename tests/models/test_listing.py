"""`mistral_async.models` has the public names of its modules, and type checkers see the same ones."""

from __future__ import annotations

import ast
from pathlib import Path

import mistral_async.models as package
from mistral_async.models._listing import MODULES

FOLDER = Path(package.__file__).parent
LOCAL = {("ocr", "Document")}  # the older name of OCRDocument: elsewhere a Document is a library's


def _public(module):
    for node in ast.parse((FOLDER / f"{module}.py").read_text()).body:
        match node:
            case ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign([ast.Name(id=name)]):
                if name[0].isupper() and not name.isupper() and (module, name) not in LOCAL:
                    yield name


def test_every_public_name_is_listed_once():
    modules = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
    assert {module: names.split() for module, names in MODULES.items()} == {
        module: sorted(set(_public(module))) for module in modules
    }
    names = [name for listed in MODULES.values() for name in listed.split()]
    assert len(names) == len(set(names))


def test_type_checkers_see_the_same_names():
    block = next(node for node in ast.parse((FOLDER / "__init__.py").read_text()).body if isinstance(node, ast.If))
    seen = {node.module.rpartition(".")[2]: [a.asname for a in node.names] for node in block.body}
    assert seen == {module: names.split() for module, names in MODULES.items()}


def test_every_name_can_be_imported():
    assert package.__all__ == dir(package) == sorted(package.__all__)
    assert all(getattr(package, name) is not None for name in package.__all__)
