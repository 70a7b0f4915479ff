"""What type checkers see of `compat`: a stub with every method in both spellings, written from the endpoints.

`python tests/derived.py` writes it, as all that repeats what the code says.
"""

from __future__ import annotations

import ast
import builtins
import copy
import functools
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typing_extensions import TypeVar

from mistral_async import models
from mistral_async.compat import _events, _groups, _names, _pages

HEAD = '"""The methods of `compat.Mistral`, for type checkers: `python tests/derived.py` writes this file."""\n'
FOR_ONE_CALL = (
    "retries: AnyRetryConfig | None = None",
    "server_url: str | None = None",
    "timeout_ms: int | None = None",
    "http_headers: Mapping[str, str] | None = None",
)
IMPORTS = {
    "Any": "typing",
    "AsyncIterator": "collections.abc",
    "Literal": "typing",
    "Mapping": "collections.abc",
    "overload": "typing",
    "ConversationInputs": "mistral_async.models",
    "AnyRetryConfig": "mistral_async.compat._configuration",
    "_events": "mistral_async.compat",
    "Page": "mistral_async.compat._pages",
    "PageAsync": "mistral_async.compat._pages",
    "ParsedChatCompletionResponse": "mistral_async.compat._parsed",
    "RealtimeSpeech": "mistral_async.compat.extra.realtime",
    "RealtimeTranscription": "mistral_async.compat.extra.realtime",
    "RunContext": "mistral_async.compat.extra.run.context",
    "RunResult": "mistral_async.compat.extra.run.result",
    "RunResultEvents": "mistral_async.compat.extra.run.result",
}
FIRST = (
    "import builtins",
    "import httpx",
    "from mistral_async import models as m",
    "from mistral_async.compat.models import *",
)
RUN_OPTIONS = "self, run_ctx: RunContext, inputs: ConversationInputs, **options: Any"
RUNS = [
    f"    async def run_async({RUN_OPTIONS}) -> RunResult:",
    '        """Run a conversation: call functions until the model has finished."""',
    f"    async def run_stream_async({RUN_OPTIONS}) -> AsyncIterator[RunResultEvents | RunResult]:",
    '        """Run a conversation, event by event."""',
]
REALTIME = ["    realtime: RealtimeTranscription", "    realtime_speech: RealtimeSpeech"]
WITH_STREAM = {"complete", "stream", "start", "append", "restart"}
_SORTED = ("sort_direction_query_parameter: str | None = None", "sort_direction_query_parameter1: str | None = None")
_KEYS = ("security: Mapping[str, str | None] | None = None",)
_MORE_FIELDS = ("additional_properties: Mapping[str, Any] | None = None",)
MORE = {
    "audio.speech.complete": _MORE_FIELDS,
    "audio.voices.search": ("type_: str | None = None",),
    "beta.observability.evaluations.runs.search_all": ("evaluation_run_filter_input: Any = None",),
    "beta.prompts.list": _SORTED,
    "beta.skills.list": _SORTED,
    "beta.users.get_identity": _KEYS,
    "beta.users.list_organizations": _KEYS,
    "beta.users.list_workspaces": _KEYS,
    "beta.users.whoami": _KEYS,
    "responses.count_input_tokens": _MORE_FIELDS,
    "responses.create": _MORE_FIELDS,
}
"""Parameters that methods have there alone, by path."""
STREAMED = {"audio.speech.complete": "Stream[SpeechStreamEvents]", "responses.create": "Stream[ResponsesStreamEvents]"}
"""Methods that give a stream if they are called with `stream=True`, and its items."""


def stub() -> str:
    """Write the stub."""
    from endpoint_values import ALL

    names: dict[str, str] = {}
    groups: dict[str, list[str]] = {}
    for path, endpoint in sorted(ALL.items()):
        group, _, name = path.rpartition(".")
        groups.setdefault(group, []).extend(_methods(path, name, endpoint.__wrapped__, names))
        while group:
            group = group.rpartition(".")[0]
            groups.setdefault(group, [])
    groups["beta.conversations"] += RUNS
    groups["audio"] = [*REALTIME, *groups["audio"]]
    body = re.sub(r"(?<!\.)\blist\[", "builtins.list[", "\n".join(_classes(groups)))  # a class with a method `list`
    body = re.sub(r"(?<=Unpack\[)\w+", lambda found: f"{'m.' * (found[0] in vars(models)['__all__'])}{found[0]}", body)
    return f"{HEAD}{_imports(body, names)}\n{body}\n"


def _classes(groups: dict[str, list[str]]) -> Iterator[str]:
    for group, methods in sorted(groups.items(), reverse=True):
        children = [each for each in groups if each and each.rpartition(".")[0] == group]
        found = {each.rpartition(".")[2]: _class_name(each) for each in sorted(children)}
        if not group:
            found |= {name: _class_name(".".join(path)) for name, path in _names.GROUPS.items()}
        yield f"class {_class_name(group)}:"
        for name, kind in found.items():
            yield f"    {name}: {kind}"
        yield from methods
        written = set(re.findall(r"^    (?:async def |def |)(\w+)[(:]", "\n".join(methods), re.MULTILINE))
        for name in sorted(_members(group) - written - found.keys()):
            yield f"    {name}: Any"


def _members(group: str) -> set[str]:
    """Return what a group has; what is no endpoint (helpers, runs) is `Any`."""
    if not group:
        return set()
    own = _groups.group_class(tuple(group.split(".")))
    return {name for name in dir(own) if not name.startswith("_")} - vars(_groups.EndpointGroup).keys()


def _class_name(group: str) -> str:
    return "".join(part.title() for part in group.replace(".", "_").split("_")) + ("Group" if group else "Methods")


def _methods(path: str, name: str, describe: Any, names: dict[str, str]) -> Iterator[str]:
    """Write a method in both spellings, and note where the names of its types come from."""
    written = _definition(describe)
    shown = ast.unparse(written.returns or ast.Constant(None))
    if shown.startswith("Call[Parsed") and path not in {"chat.parse", "agents.parse"}:
        return  # the official SDK has none
    annotations = [each.annotation for each in ast.walk(written.args) if isinstance(each, ast.arg)]
    for each in (inner for one in [*annotations, written.returns] if one for inner in ast.walk(one)):
        if isinstance(each, ast.Name):
            _note(names, each.id, _origin(describe.__module__, each.id))
    about = (describe.__doc__ or "").strip().splitlines()[0]
    for blocking in (True, False):
        spelled, kind = (name, "def") if blocking else (f"{name}_async", "async def")
        forms = [("Literal[True]", STREAMED[path]), ("Literal[False] | None = None", shown)] if path in STREAMED else []
        for stream, form in forms or [("bool | None = None" if name in WITH_STREAM else "", shown)]:
            if forms:
                yield "    @overload"
            returns = _returned(path, form, blocking=blocking)
            yield f'    {kind} {spelled}({_parameters(path, written, stream)}) -> {returns}:\n        """{about}"""'
        if path == "chat.parse":
            returns = _returned(path, "Stream[CompletionChunk]", blocking=blocking)
            spelled = "parse_stream" if blocking else "parse_stream_async"
            yield f"    {kind} {spelled}({_parameters(path, written, '')}) -> {returns}: ..."


def _definition(describe: Any) -> ast.FunctionDef:
    """Return an endpoint's function as it is written."""
    for each in ast.walk(_tree(describe.__module__)):
        if isinstance(each, ast.ClassDef) and each.name == describe.__qualname__.partition(".")[0]:
            for inner in each.body:
                if isinstance(inner, ast.FunctionDef) and inner.name == describe.__name__:
                    return inner
    raise LookupError(describe.__qualname__)


@functools.cache
def _tree(module: str) -> ast.Module:
    return ast.parse(Path(importlib.import_module(module).__file__ or "").read_text(encoding="utf-8"))


@functools.cache
def _origins(module: str) -> dict[str, str]:
    """Return where a module has the names from that it imports, for type checkers too."""
    return {
        alias.asname or alias.name: each.module or ""
        for each in ast.walk(_tree(module))
        if isinstance(each, ast.ImportFrom)
        for alias in each.names
    }


def _origin(module: str, name: str) -> str:
    if hasattr(builtins, name) or name == "builtins":
        return ""
    return _origins(module).get(name, module)


def _note(names: dict[str, str], name: str, module: str) -> None:
    """Note where a name is from; the same name of two things would need a second one."""
    known = names.setdefault(name, module)
    if known != module and module:
        first, second = (getattr(importlib.import_module(each), name) for each in (known, module))
        assert first is second or isinstance(first, TypeVar), (name, known, module)


def _parameters(path: str, written: ast.FunctionDef, stream: str) -> str:
    """Write the parameters of an endpoint, with the options that every method of the official SDK has."""
    given = copy.deepcopy(written.args)
    given.defaults = [_default(each) for each in given.defaults]
    given.kw_defaults = [each and _default(each) for each in given.kw_defaults]
    known = {each.arg for each in (*given.args, *given.kwonlyargs)}
    before, _, options = ast.unparse(given).partition("**")
    before = before.rstrip(", ")
    added = [f"stream: {stream}"] if stream and "stream" not in known else []
    added += MORE.get(path, ())
    added += [each for each in FOR_ONE_CALL if each.partition(":")[0] not in known]
    added += ["type_: Any = None"] if "type" in known else []
    shown = ", ".join([before, *([] if "*" in before else ["*"]), *added, *([f"**{options}"] if options else [])])
    shown = shown.replace("self, *, response_format: TypeForm[T]", "self, response_format: type[Any], *")
    return shown.replace("TypeForm[T]", "type[Any]")


def _default(value: ast.expr) -> ast.expr:
    return value if isinstance(value, ast.Constant) else ast.Constant(...)


def _returned(path: str, shown: str, *, blocking: bool) -> str:
    """Write what a method of `compat` returns, from what its endpoint describes."""
    kind, _, inner = shown.removesuffix("]").partition("[")
    match kind:
        case "Stream":
            event = _events.event_class(path.split(".")[-2])
            item = f"_events.{event.__name__}" if event is not _events.StreamEvent else f"_events.StreamEvent[{inner}]"
            return f"_events.EventStream{'' if blocking else 'Async'}[{item}]"
        case "Pages":
            page = _split(inner)[-1]
            return f"Page{'' if blocking else 'Async'}[{page}]" if path in _pages.WITH_NEXT else page
        case "Download":
            return "httpx.Response"
        case _:
            return "ParsedChatCompletionResponse" if inner.startswith("Parsed[") else inner


def _split(inner: str) -> list[str]:
    value = ast.parse(inner, mode="eval").body
    return [ast.unparse(each) for each in (value.elts if isinstance(value, ast.Tuple) else [value])]


def _imports(body: str, names: dict[str, str]) -> str:
    used = {each.id for each in ast.walk(ast.parse(body)) if isinstance(each, ast.Name)}
    rows: dict[str, list[str]] = {}
    for name, module in {**names, **IMPORTS}.items():
        if (
            name in used
            and module
            and not (module.startswith("mistral_async.models") and name in vars(models)["__all__"])
        ):
            rows.setdefault(module, []).append(name)
    lines = [f"from {module} import {', '.join(sorted(found))}" for module, found in sorted(rows.items())]
    return "\n".join([*FIRST, *lines])
