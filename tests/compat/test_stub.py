"""What type checkers see of `compat.Mistral` is what is there."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

from compat_types import MORE

from mistral_async import compat
from mistral_async.compat._groups import group_class
from mistral_async.compat._names import GROUPS

STUB = ast.parse(Path(compat.__file__).with_name("_methods.pyi").read_text(encoding="utf-8"))
CLASSES = {each.name: each.body for each in STUB.body if isinstance(each, ast.ClassDef)}


def test_every_method_that_checkers_see_is_there_with_its_parameters() -> None:
    waiting: list[tuple[tuple[str, ...], str]] = [((), "Methods")]
    methods = 0
    more = {"type_", *(each.partition(":")[0] for added in MORE.values() for each in added)}
    for path, name in waiting:
        for member in CLASSES.pop(name):
            match member:
                case ast.AnnAssign(target=ast.Name(id=group), annotation=ast.Name(id=kind)):
                    if path and kind not in CLASSES:  # no group of endpoints
                        assert hasattr(group_class(path), group)
                    elif (*path, group)[0] not in GROUPS:  # another name of a group below
                        waiting.append(((*path, group), kind))
                case ast.FunctionDef(name=method) | ast.AsyncFunctionDef(name=method):
                    there = inspect.signature(getattr(group_class(path), method)).parameters
                    seen = {each.arg for each in (*member.args.args, *member.args.kwonlyargs)} - {"self", *more}
                    assert method.startswith(("run_", "parse")) or seen <= there.keys() | {"stream"}, (path, method)
                    assert isinstance(member, ast.AsyncFunctionDef) == method.endswith("_async")
                    methods += 1
    assert not CLASSES
    assert methods > 2 * 300
