"""The names of the official SDK: `python tools/official_names.py WHEEL...` writes them into `compat/_official.txt`.

Give it wheels of all versions, oldest first (`pip download --no-deps mistralai==...`). A module is a line: its name
without `mistralai` and `client`, then what it defines. `_official.py` says how a name is written; newer versions win.
"""

from __future__ import annotations

import ast
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from mistral_async import models
from mistral_async.compat._official import operation_name

OURS = set(dir(models))

TABLE = Path(__file__).parents[1] / "mistral_async" / "compat" / "_official.txt"
ROOTS = {"mistralai": "", "mistralai_azure": "azure", "mistralai_gcp": "gcp"}

RENAMED = {
    "Annotations": "MCPAnnotations",
    "AudioContent": "MCPAudioContent",
    "BlobResourceContents": "MCPBlobResource",
    "ClassificationObject": "ModerationObject",
    "ClassificationStatisticSpec": "StatisticSpec",
    "ClientCapabilities": "MCPClientCapabilities",
    "ClientTasksCapability": "MCPClientTasks",
    "ConnectorToolLocale": "ConnectorLocale",
    "ConnectorToolResultMetadata": "MCPResultMetadata",
    "CreateGithubRepositoryRequest": "GithubRepositoryIn",
    "CreateTriggerAction": "TriggerAction",
    "DetectionDefinition": "DetectionDefinitionV1",
    "DocumentUnion": "OCRDocument",
    "ElicitationCapability": "MCPElicitation",
    "EmbeddedResource": "MCPEmbeddedResource",
    "ExportDefinition": "ExportDefinitionV1",
    "Failure": "WorkflowFailure",
    "ImageContent": "MCPImageContent",
    "InstructRequestInputs": "InstructRequest",
    "MCPServerCardTool": "MCPTool",
    "ModerationDefinition": "ModerationDefinitionV1",
    "PaginationResponse": "ConnectorsPagination",
    "PercentileStatisticSpec": "StatisticSpec",
    "PromptArgument": "MCPPromptArgument",
    "PromptsCapability": "MCPListCapability",
    "ResourceLink": "MCPResourceLink",
    "ResourcesCapability": "MCPResourcesCapability",
    "RootsCapability": "MCPListCapability",
    "SamplingCapability": "MCPSampling",
    "ServerCapabilities": "MCPServerCapabilities",
    "ServerLocale": "TurbineLocale",
    "ServerTasksCapability": "MCPServerTasks",
    "SimpleNumericStatisticSpec": "StatisticSpec",
    "TextContent": "MCPTextContent",
    "TextResourceContents": "MCPTextResource",
    "ToolAnnotations": "MCPToolAnnotations",
    "ToolExecution": "MCPToolExecution",
    "ToolsCapability": "MCPListCapability",
    "TrainingParameters": "CompletionTrainingParameters",
    "TrainingParametersIn": "CompletionTrainingParameters",
    "TurbineToolLocale": "TurbineLocale",
    "TurnDetectionConfig": "AudioTurnDetectionConfig",
    "UpdateIndexMetricsRequestIndexMetricsOffline": "UpdateMetricsRequestDeploymentMetricsOffline",
    "UpdateIndexMetricsRequestSchemaMetrics": "UpdateMetricsRequestIndexMetrics",
    "UsageInfoDollarDefs": "UsageInfo",
}
"""Models that have another name here."""

NESTED = {
    r"(?:Count|Create)Response(?:InputTokensRequest|Request|Response)(Responses\w+)": r"\1",
    r"ResponsesTextConfig(ResponsesFormat\w+)": r"\1",
    r"ResponsesInput\w+(ResponsesPromptCacheBreakpoint)": r"\1",
    r"Responses\w+TopLogprob": "ResponsesTopLogprob",
    r"Responses\w+Logprob": "ResponsesLogprob",
    r"(?:Agents|Chat|Instruct)\w*Messages?": "Message",
}
"""Models that the official SDK has once for each place where they stand."""

Names = dict[str, str]
"""What a module defines: names, and how each is written in the table."""


def read(wheel: Path) -> Iterator[tuple[str, Names]]:
    """Read the modules of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        for path in archive.namelist():
            if path.endswith(".py") and "/tests/" not in path and path.split("/")[0] in ROOTS:
                yield official_module(path), dict(_defined(ast.parse(archive.read(path)), path))


def official_module(path: str) -> str:
    """Return the name of a file's module without `mistralai` and `client`, which only some versions have."""
    root, *parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    parts = [ROOTS[root], *parts] if ROOTS[root] else parts
    if len(parts) > 1 or path.endswith("/__init__.py"):
        parts = [part for index, part in enumerate(parts) if part != "client" or index > 1]
    return ".".join(parts)


def _defined(module: ast.Module, path: str) -> Iterator[tuple[str, str]]:
    in_models = "/models/" in path
    for node in _statements(module.body):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, _class(node) if in_models and isinstance(node, ast.ClassDef) else "."
            case ast.Assign([ast.Name(id=name)], value=value):
                yield name, _assigned(value) if in_models else "."
                if name in {"__all__", "_dynamic_imports"}:
                    yield from ((each, ".") for each in _listed(value))
            case ast.AnnAssign(target=ast.Name(id=name), value=value):
                yield name, "."
                if name == "_dynamic_imports" and value is not None:
                    yield from ((each, ".") for each in _listed(value))
            case ast.ImportFrom(module=source, level=level) if _re_exports(path):
                if level or (source or "").startswith("mistralai"):
                    yield from ((each.asname or each.name, ".") for each in node.names)
            case _:
                pass


def groups(wheels: list[Path]) -> Names:
    """Return where a client has each class of endpoints: `Chat` is `@chat`, `Conversations` `@beta.conversations`."""
    found: Names = {}
    for wheel in wheels:
        parts = dict(_parts(wheel))
        waiting = [("Mistral", "")]
        for owner, path in waiting:
            below = [(group, f"{path}.{name}".lstrip(".")) for name, group in parts.get(owner, {}).items()]
            found |= {group: f"@{path}" for group, path in below}
            waiting += below
    return found


def _parts(wheel: Path) -> Iterator[tuple[str, Names]]:
    """Read the attributes of clients and groups that are groups: `self.jobs = Jobs(...)`, or `_sub_sdk_map`."""
    with zipfile.ZipFile(wheel) as archive:
        for path in archive.namelist():
            if not path.startswith("mistralai/") or not path.endswith(".py") or "/models/" in path:
                continue
            for each in ast.walk(ast.parse(archive.read(path))):
                if isinstance(each, ast.ClassDef):
                    text = ast.unparse(each)
                    made = re.findall(r"self\.(\w+) = (\w+)\(self\.sdk_configuration", text)
                    lazy = re.findall(r"'(\w+)': \('mistralai\.[\w.]+', '(\w+)'\)", text)
                    yield each.name, dict([*made, *lazy])


def _re_exports(path: str) -> bool:
    """Tell modules whose names programs import from where these are used."""
    return "/extra/" in path or path.endswith(("/sdk.py", "/sdkconfiguration.py"))


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, ast.If):
            yield from _statements([*node.body, *node.orelse])


def _listed(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Dict(keys=each) | ast.List(elts=each) | ast.Tuple(elts=each):
            yield from (key.value for key in each if isinstance(key, ast.Constant) and isinstance(key.value, str))
        case _:
            pass


def _assigned(value: ast.expr) -> str:
    """Return the kind of what is assigned in a module of models."""
    match value:
        case ast.Name(id=name) if name[0].isupper() and not name.endswith("TypedDict"):
            return f"={name}"
        case ast.Constant() | ast.List() | ast.Dict() | ast.Tuple():
            return "."
        case _:
            text = ast.unparse(value)
            strings = text.startswith("Literal") or ("Literal[" in text and "UnrecognizedStr" in text)
            return "'" if strings else "|"


def _class(node: ast.ClassDef) -> str:
    """Return the kind of a class in a module of models; a model's is its fields."""
    if not any("BaseModel" in ast.unparse(base) for base in node.bases):
        return "" if node.name.endswith("TypedDict") else "."
    fields = (_field(each) for each in node.body if isinstance(each, ast.AnnAssign))
    return f"({','.join(each for each in fields if not each.startswith('__'))})"


def _field(node: ast.AnnAssign) -> str:
    """Return a field, `name`, `name:wire_name` or `name=constant`."""
    name, annotation = ast.unparse(node.target), ast.unparse(node.annotation)
    if "validate_const" in annotation and isinstance(node.value, ast.Constant):
        return f"{name.rstrip('_')}={node.value.value!s}"
    alias = re.search(r"alias='([^']+)'", annotation)
    return name if alias is None or alias[1] == name else f"{name}:{alias[1]}"


def table(wheels: list[Path]) -> dict[str, Names]:
    """Merge the modules of wheels, oldest first; those of version 0 that no later one has begin with `0`."""
    found: dict[str, Names] = {}
    paths = groups(wheels)
    for wheel in wheels:
        old = wheel.name.startswith("mistralai-0.")
        for module, names in read(wheel):
            public = {
                name: paths.get(name, kind) if kind == "." and not module.startswith(("azure", "gcp")) else kind
                for name, kind in names.items()
                if not name.startswith("_")
            }
            found.setdefault(f"0{module}" if old else module, {}).update(public)
    for module in list(found):
        while module := module.rpartition(".")[0]:
            found.setdefault(module, {})  # folders without a file of their own
    del found["client"]  # the package itself, since version 2
    return {module: names for module, names in sorted(found.items()) if names or module[:1] != "0"}


def written(found: dict[str, Names]) -> Iterator[str]:
    """Write a line for modules with the same names; `_official` says how (rule 6)."""
    lines: dict[str, list[str]] = {}
    for module, names in found.items():
        if module == "models":
            continue  # what its modules have
        rows = [
            f"{name}{_short(module, name, kind)}{'+' if f'{name}TypedDict' in names else ''}"
            for name, kind in sorted(names.items())
            if not (name.endswith("TypedDict") and name.removesuffix("TypedDict") in names)
        ]
        first, row = _line(module, rows)
        lines.setdefault(row, []).append(first)
    for row, modules in lines.items():
        yield f"{'&'.join(modules)}{' ' * bool(row)}{row}\n"


def _line(module: str, rows: list[str]) -> tuple[str, str]:
    """Return how a module is written, and what it has: what it is named like comes first, and names it."""
    folder, _, last = module.rpartition(".")
    for row in rows if folder else []:
        if re.split(r"\W", row)[0].lower() == last:
            return f"{folder}.", " ".join([row, *(each for each in rows if each != row)])
    operation = operation_name(module) if last.endswith("op") else ""
    short = re.compile(rf"^{operation}(?=[A-Z(])" if operation else r"$^")
    return module or "-", " ".join(short.sub("~", row) for row in rows)


def _short(module: str, name: str, kind: str) -> str:
    """Return how a kind is written: not at all where the name is one of our models, or a variant that none knows."""
    if (module, name) == ("models.ocrrequest", "Document"):
        return "=OCRDocument"  # elsewhere it is a library's
    if name in OURS or name.startswith("Unknown"):
        return "" if kind.startswith("(") and _is_struct(name) else kind
    for pattern, own in NESTED.items():
        renamed = re.sub(f"^{pattern}$", own, name)
        if kind.startswith("|" if own == "Message" else "(") and renamed != name and renamed in OURS:
            return f"={renamed}"
    return f"={RENAMED[name]}" if name in RENAMED else kind


def _is_struct(name: str) -> bool:
    """Tell models from dicts: what the official SDK has as a model is one here, even where requests take a dict."""
    own = getattr(models, name, msgspec.Struct)
    return isinstance(own, type) and issubclass(own, msgspec.Struct)


if __name__ == "__main__":
    TABLE.write_text("".join(written(table([Path(each) for each in sys.argv[1:]]))), encoding="utf-8")
