"""Python source in which `mistralai` becomes `mistral_async.compat`: imports, and strings that name a module."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from typing import Final, cast

import libcst as cst
from libcst.helpers import get_full_name_for_node
from libcst.metadata import (
    ByteSpanPositionProvider,
    CodeRange,
    CodeSpan,
    MetadataWrapper,
    PositionProvider,
    QualifiedName,
    QualifiedNameProvider,
    QualifiedNameSource,
)

from mistral_async.cli._migration.edits import Edit, apply_edits
from mistral_async.cli._migration.names import (
    COMPAT,
    DISTRIBUTION,
    OFFICIAL,
    TOPS,
    VERSION_0_METHODS,
    compat_module,
    compat_name,
    is_module,
    is_official,
    problem_of,
    version_0_advice,
)
from mistral_async.cli._migration.note import Note
from mistral_async.compat._official import is_of_others

# Rule 1: Nothing is changed but the names: comments, layout, encoding and line ends stay, byte by byte. Source that can
# not be read, or would not be written as it was, raises a `ValueError`.
# Rule 2: A name that an import binds stays bound: `import mistralai.client` becomes `import ... as mistralai`, and
# `mistralai.client.Mistral` below it `mistralai.Mistral`. An import of another distribution that would bind `mistralai`
# again (`import mistralai.workflows`) is told of.
# Rule 3: A string is changed where it names a module for sure (`import_module`, `mock.patch`, `sys.modules`, ...).
# One that only may is told of, and so is one that names the distribution.
# Rule 4: An import of version 0 is left as it is and told of, with the calls of methods that only that version has.

_NAME_MODULES: Final = {
    "__import__",
    "find_spec",
    "import_module",
    "import_string",
    "importorskip",
    "resolve_name",
    "wrap_function_wrapper",
}
_NAME_OBJECTS: Final = {"delattr", "multiple", "patch", "setattr"}
_NAME_DISTRIBUTIONS: Final = {"distribution", "from_name", "get_distribution", "requires", "version"}
_NAME_ATTRIBUTES: Final = {"delattr", "getattr", "hasattr", "setattr"}  # by their second argument
_DOTTED: Final = re.compile(r"mistralai(_azure|_gcp)?(\.[A-Za-z_]\w*)*")
_TOO_DEEP: Final = "its expressions are nested too deeply"
_MOST_OPERANDS: Final = 500  # LibCST nests those of `and` and `or`, which `ast` does not
_CLIENT: Final = re.compile(r"(?<![\w.])mistralai\.client(?=\.)")


def migrate_source(source: bytes) -> tuple[bytes, list[Note]]:
    """Return source that imports `mistral_async.compat` in place of `mistralai`, and notes in the order of lines."""
    module = check_source(source)
    reader = _Reader()
    try:
        MetadataWrapper(module, unsafe_skip_copy=True).visit(reader)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    changed = apply_edits(module.code.encode(), reader.edits)
    told = [*(reader.old_calls if reader.version_0 else ()), *(reader.bound_again if reader.binds else ())]
    notes = dict.fromkeys([*reader.notes, *told])
    return changed.decode().encode(module.encoding), sorted(notes, key=lambda note: note.line)


def check_source(source: bytes) -> cst.Module:
    """Read source; raises a `ValueError` if that can not be done, or would lose a byte (rule 1)."""
    if _is_too_deep(source):
        raise ValueError(_TOO_DEEP)
    try:
        module = cst.parse_module(source)
        same = module.bytes == source
    except cst.ParserSyntaxError as error:
        raise ValueError(f"line {error.raw_line} is not Python") from None
    except (SyntaxError, UnicodeError) as error:  # about the encoding that it declares
        raise ValueError(f"it cannot be decoded: {error}") from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    if not same:
        raise ValueError("its form feeds or bare carriage returns would be lost: take them out first")
    return module


def _is_too_deep(source: bytes) -> bool:
    """Return whether Python would refuse the depth of source: LibCST ends the process at some, without an error."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # those of escapes in strings
            tree = ast.parse(source)
        operands = (len(node.values) for node in ast.walk(tree) if isinstance(node, ast.BoolOp))
        return max(operands, default=0) > _MOST_OPERANDS
    except (RecursionError, MemoryError):
        return True
    except SyntaxError as error:  # it may be of a later version, or be for IPython
        return "nested" in error.msg
    except ValueError:  # a null byte
        return False


class _Reader(cst.CSTVisitor):
    """The edits of a module, and the notes on it."""

    METADATA_DEPENDENCIES = (ByteSpanPositionProvider, PositionProvider, QualifiedNameProvider)

    def __init__(self) -> None:
        super().__init__()
        self.edits: list[Edit] = []
        self.notes: list[Note] = []
        self.old_calls: list[Note] = []
        """Calls of methods that version 0 has."""
        self.version_0 = False
        self.bound_again: list[Note] = []
        """Imports of other distributions that bind `mistralai`."""
        self.binds = False  # that name, to `compat`
        self._modules: set[cst.CSTNode] = set()  # strings that name one
        self._told: set[cst.CSTNode] = set()  # strings that are done with

    # the names of imports

    def visit_Import(self, node: cst.Import) -> bool:  # noqa: N802 - the name that LibCST calls
        for alias in node.names:
            dotted = _dotted(alias.name)
            if is_official(dotted) and self._has_place(node, dotted):
                new = compat_name(dotted)
                if alias.asname is None:  # rule 2
                    top = dotted.partition(".")[0]
                    bound = f"{TOPS[top]} as {top}"
                    new = bound if new == TOPS[top] else f"{new}, {bound}"
                    self.binds |= top == OFFICIAL
                self._replace(alias.name, new)
            elif is_of_others(dotted) and alias.asname is None:
                text = f"import {dotted} with `as`: it would take the name {OFFICIAL} from {COMPAT}"
                self.bound_again.append(Note(self._line(node), text))
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:  # noqa: N802 - the name that LibCST calls
        module = "" if node.relative else _dotted(node.module)
        if node.module is None or not is_official(module):
            return False
        aliases = list[cst.ImportAlias]() if isinstance(node.names, cst.ImportStar) else list(node.names)
        others = [each for each in aliases if not is_official(f"{module}.{_dotted(each.name)}")]
        if others:
            if len(others) < len(aliases):
                self.notes.append(Note(self._line(node), f"import {_code(others[0])} in a line of its own: it stays"))
            return False
        places = [self._has_place(node, f"{module}.{_dotted(alias.name)}") for alias in aliases]
        if not all(places or [self._has_place(node, module)]):
            return False
        if module == OFFICIAL and any(map(_is_client, aliases)):
            self._import_client(node, aliases)
        else:
            self._replace(node.module, compat_module(module, [_dotted(alias.name) for alias in aliases]))
        return False

    def _import_client(self, node: cst.ImportFrom, aliases: Sequence[cst.ImportAlias]) -> None:
        """Rewrite `from mistralai import client`, which is `compat` itself, perhaps beside other names."""
        if "#" in _code(node):  # its comments would be lost
            self.notes.append(Note(self._line(node), "import client in a line of its own, and run this again"))
            return
        clients = [f"compat as {each.evaluated_alias or 'client'}" for each in aliases if _is_client(each)]
        others = [_code(each) for each in aliases if not _is_client(each)]
        statements = [f"from mistral_async import {', '.join(clients)}"]
        if others:
            statements.append(f"from {COMPAT} import {', '.join(others)}")
        self._replace(node, "; ".join(statements))

    def _has_place(self, node: cst.CSTNode, dotted: str) -> bool:
        """Note what is wrong with a name; return False for one of version 0 (rule 4)."""
        advice = version_0_advice(dotted)
        self.version_0 |= advice is not None
        if problem := advice or problem_of(compat_name(dotted)):
            self.notes.append(Note(self._line(node), problem))
        return advice is None

    # names of modules: below an imported one (rule 2), and in strings (rule 3)

    def visit_Attribute(self, node: cst.Attribute) -> None:  # noqa: N802 - the name that LibCST calls
        found = self.get_metadata(QualifiedNameProvider, node, set[QualifiedName]())
        for dotted in {each.name for each in found if each.source is QualifiedNameSource.IMPORT}:
            if dotted == f"{OFFICIAL}.client":
                self.binds |= _dotted(node) == dotted
                self._replace(node.dot, "")
                self._replace(node.attr, "")
            elif is_official(dotted) and is_module(compat_name(dotted.rpartition(".")[0])):
                self._has_place(node, dotted)

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802 - the name that LibCST calls
        dotted = _dotted(node.func)
        name = dotted.rpartition(".")[2]
        first, *others = [each.value for each in node.args] or [node]
        is_path = name in _NAME_OBJECTS and "." in _string(first)
        if name == "__import__" and is_official(_string(first)) and not _has_fromlist(node):
            self._told.add(first)
            new = compat_name(_string(first))
            text = f"`__import__` would give `mistral_async`: use `importlib.import_module({new!r})`"
            self.notes.append(Note(self._line(node), text))
        elif is_path or name in _NAME_MODULES or dotted.startswith("sys.modules."):
            self._modules.add(first)
        elif "sys.modules" in {_dotted(first), _string(first)}:  # patch.dict, monkeypatch.setitem
            for each in others[:1]:
                self._modules.update(_keys(each) if isinstance(each, cst.Dict) else [each])
        if name in _NAME_DISTRIBUTIONS and _string(first) == OFFICIAL:
            self._told.add(first)
            self.notes.append(Note(self._line(node), f"the distribution {OFFICIAL} is {DISTRIBUTION} here"))
        elif name == "print":
            self._told.update([first, *others])
        elif name in _NAME_ATTRIBUTES:
            self._told.update(others)
        if isinstance(node.func, cst.Attribute) and name in VERSION_0_METHODS:
            text = f"{name}(...) of version 0 is {VERSION_0_METHODS[name]}(...)"
            self.old_calls.append(Note(self._line(node), text))

    def visit_Subscript(self, node: cst.Subscript) -> None:  # noqa: N802 - the name that LibCST calls
        if _dotted(node.value) == "sys.modules":
            self._modules.update(each.slice.value for each in node.slice if isinstance(each.slice, cst.Index))

    def visit_Comparison(self, node: cst.Comparison) -> None:  # noqa: N802 - the name that LibCST calls
        if any(_dotted(each.comparator) == "sys.modules" for each in node.comparisons):
            self._modules.add(node.left)

    def visit_Annotation(self, node: cst.Annotation) -> None:  # noqa: N802 - the name that LibCST calls
        if isinstance(each := node.annotation, cst.SimpleString):
            self._told.add(each)
            if _CLIENT.search(each.value):
                self._replace(each, _CLIENT.sub(OFFICIAL, each.value))

    def visit_SimpleString(self, node: cst.SimpleString) -> None:  # noqa: N802 - the name that LibCST calls
        dotted = _string(node)
        if node in self._told or not _DOTTED.fullmatch(dotted) or not is_official(dotted):
            return
        new = compat_name(dotted)
        if node in self._modules:
            self._replace(node, node.prefix + node.quote + new + node.quote)
            if problem := problem_of(new):
                self.notes.append(Note(self._line(node), problem))
        else:
            text = f"{dotted!r} may name a module: that is {new}"
            if dotted == OFFICIAL:
                text += f"; or the distribution, {DISTRIBUTION}"
            self.notes.append(Note(self._line(node), text, needs_change=False))

    # where a node is

    def _replace(self, node: cst.CSTNode, new: str) -> None:
        self.edits.append((*self._span(node), new.encode()))

    def _span(self, node: cst.CSTNode) -> tuple[int, int]:
        span = cast("CodeSpan", self.get_metadata(ByteSpanPositionProvider, node))
        return span.start, span.start + span.length

    def _line(self, node: cst.CSTNode) -> int:
        return cast("CodeRange", self.get_metadata(PositionProvider, node)).start.line


def _dotted(node: cst.CSTNode | None) -> str:
    """Return a dotted name, or as much of an expression as is one."""
    return "" if node is None else get_full_name_for_node(node) or ""


def _has_fromlist(call: cst.Call) -> bool:
    """Return whether `__import__` gives the module that it names, and not the package above it."""
    return bool(call.args[3:]) or any(each.keyword and each.keyword.value == "fromlist" for each in call.args)


def _is_client(alias: cst.ImportAlias) -> bool:
    return _dotted(alias.name) == "client"


def _code(node: cst.CSTNode) -> str:
    """Return the code of a node with its comments, without the comma after a name that is imported."""
    return cst.Module([]).code_for_node(node).rstrip().removesuffix(",").rstrip()


def _string(node: cst.CSTNode) -> str:
    """Return the text of a plain literal; empty for anything else."""
    value = node.evaluated_value if isinstance(node, cst.SimpleString) else ""
    return value if isinstance(value, str) else ""


def _keys(node: cst.Dict) -> Iterator[cst.CSTNode]:
    return (each.key for each in node.elements if isinstance(each, cst.DictElement))
