"""Values for the parameters of endpoints: for each a value that fits its annotation, and the text it is found by."""

from __future__ import annotations

import collections.abc
import dataclasses
import inspect
import itertools
import re
import types
import typing
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from typing_extensions import TypeForm, Unpack, is_typeddict

from mistral_async import calls
from mistral_async._binding.resource import Resource, _Endpoint
from mistral_async._codec.open_union import members_of
from mistral_async._uploads.multipart import Form

# Parameters of which exactly one is given: other spellings of one thing, or alternatives.
ONE_OF: dict[str, tuple[str, ...]] = {
    "embeddings.create": ("inputs", "input"),
    "classifiers.classify_chat": ("inputs", "input"),
    "beta.conversations.start": ("model", "agent_id"),
    "beta.conversations.start_stream": ("model", "agent_id"),
    "beta.conversations.parse": ("model", "agent_id"),
    "ocr.parse": ("document_annotation_format", "bbox_annotation_format"),
    "beta.agents.update_version": ("version", "version_data"),
    "batch.get": ("job_id", "batch_id"),
    "batch.cancel": ("job_id", "batch_id"),
    "audio.transcriptions.complete": ("file", "file_url", "file_id"),
    "audio.transcriptions.stream": ("file", "file_url", "file_id"),
    "audio.transcribe": ("file", "file_url", "file_id"),
    "audio.transcribe_stream": ("file", "stream"),
    "audio.voices.create": ("sample_audio",),  # which the server needs
}
# Parameters that are needed although they have a default, since others before them need not be given.
ALSO_NEEDED: dict[str, tuple[str, ...]] = {"audio.transcribe_stream": ("model",)}
# What the client does before and with the answer.
NOT_SENT = {"repair", "progress", "check", "fallback"}
# Spellings whose value is sent in another form.
RESPELT: dict[str, tuple[Any, str]] = {
    "completion_window": ("37h", "37"),
    "version_data": ({"version": 7000}, "7000"),
    "file": (b"7000", "7000"),
    "stream": (b"7000", "7000"),
    "max_nb_events": (7000, "7000"),
}

# Methods of operations that are no endpoints: websockets, and what is passed on to another service.
NO_ENDPOINTS = {"WS", "ANY"}
# Is for the exporter of OpenTelemetry, which sends protobuf to it: the client has no method for it.
OF_TELEMETRY = ("POST", "/telemetry/v1/traces")


def template(path: str) -> str:
    """Return the path of an operation with `{}` for each id."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def general(path: str) -> str:
    """Return the path of which another is an instance: the scope of a connector's credentials is an argument."""
    return re.sub(r"(?<=/v1/connectors/\{\}/)(organization|user|workspace)(?=/credentials)", "{}", path)


def respelt(name: str, option: str) -> bool:
    return option in RESPELT and (name, option) != ("workflows.events.get_stream_events", "stream")


def endpoints(resource: Resource[Any] = calls, path: str = "") -> collections.abc.Iterator[tuple[str, Any]]:
    for name in sorted(dir(type(resource))):
        if name.startswith("_"):
            continue
        found = inspect.getattr_static(type(resource), name)
        if isinstance(found, _Endpoint):
            yield f"{path}{name}", getattr(resource, name)
        elif hasattr(found, "func") and isinstance(getattr(resource, name), Resource):
            yield from endpoints(getattr(resource, name), f"{path}{name}.")


ALL = dict(endpoints())
_count = itertools.count(7001)


class Value:
    """A value that fits an annotation, and the text it is found by."""

    def __init__(self, hint: Any, name: str) -> None:
        self.mark = str(next(_count))
        self.value = self.make(hint, name)

    def make(self, hint: Any, name: str) -> Any:
        origin, args = get_origin(hint), get_args(hint)
        if hint is str or hint is Any:
            return f"v{self.mark}"
        if hint in (int, float):
            return hint(self.mark)
        if hint is bool:
            self.mark = name
            return True
        if hint is bytes:
            return self.mark.encode()
        if origin is Literal:
            self.mark = args[0]
            return args[0]
        if origin in (Union, types.UnionType):
            return self.make(next(each for each in args if each is not type(None)), name)
        if hasattr(hint, "variants"):
            return self.make(hint.variants.members[0], name)
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            return self.struct(hint)
        if is_typeddict(hint):
            hints = typing.get_type_hints(hint)
            return {key: self.make(hints[key], key) for key in hints if key in (hint.__required_keys__ or [*hints][:1])}
        if isinstance(origin, type) and issubclass(origin, collections.abc.Mapping):
            return {f"k{self.mark}": self.make(args[1], name) if args[1] is not Any else 1}
        if isinstance(origin, type) and issubclass(origin, collections.abc.Iterable):
            return [self.make(args[0], name)]
        if origin is TypeForm:
            return dataclasses.make_dataclass(f"T{self.mark}", [("x", int)])
        if getattr(hint, "__name__", "") in {"datetime", "date"}:
            self.mark = "2031-"
            return hint(2031, 1, 2)
        raise AssertionError(f"no value for {name}: {hint!r}")

    def struct(self, cls: type[msgspec.Struct]) -> Any:
        hints = typing.get_type_hints(cls)
        fields = [field for field in msgspec.structs.fields(cls) if field.required]
        if not fields:  # then the first that can be any text or number
            scalars = re.compile(r"\b(str|int|float)\b")
            scalar = (f for f in msgspec.structs.fields(cls) if scalars.search(str(hints[f.name]).split("Open")[0]))
            fields = [next(scalar, msgspec.structs.fields(cls)[-1])]
        return cls(**{field.name: self.make(hints[field.name], field.name) for field in fields})


def parameters(method: Any) -> dict[str, tuple[Any, bool]]:
    """Each parameter's resolved type, and whether it must be given."""
    describe = method.__wrapped__
    hints = typing.get_type_hints(describe, include_extras=True)
    found: dict[str, tuple[Any, bool]] = {}
    for name, each in list(inspect.signature(describe, follow_wrapped=False).parameters.items())[1:]:
        if get_origin(hints[name]) is Unpack:
            found |= {key: (hint, False) for key, hint in typing.get_type_hints(get_args(hints[name])[0]).items()}
        else:
            found[name] = (hints[name], each.default is inspect.Parameter.empty)
    return found


def sent(request: Any) -> str:
    """Everything a request sends, as text."""
    body = b""
    if request.form is not None:
        body = Form(request.form.values, boundary="boundary").encode()  # a random one might hold the mark
        assert isinstance(body, bytes)
    elif request.json is not None:
        body = msgspec.json.encode(request.json)
    headers = f"{request.headers} " if request.headers else ""
    return f"{request.method} {request.target} {headers}{body.decode()}"


def needed(name: str) -> dict[str, Any]:
    """The arguments that an endpoint can not do without."""
    known = parameters(ALL[name])
    needs = [key for key, (_, required) in known.items() if required]
    needs += [*ONE_OF.get(name, ())[:1], *ALSO_NEEDED.get(name, ())]
    return {key: RESPELT[key][0] if respelt(name, key) else Value(known[key][0], key).value for key in needs}


def answers() -> dict[str, Any]:
    """The type of each endpoint's answer, or of its events or pages, where that is more than bytes or a text."""
    requests = {name: method(**needed(name)) for name, method in ALL.items()}
    types_ = {name: getattr(each, "returns", None) or getattr(each, "yields", None) for name, each in requests.items()}
    return {name: type_ for name, type_ in types_.items() if type_ not in (None, str, Any)}


def members(type_: Any) -> list[Any]:
    """The Structs that an answer may be: of a list its items', of a union its variants."""
    if get_origin(type_) is list:
        return members(get_args(type_)[0])
    return list(members_of(type_)) if hasattr(type_, "variants") else [type_]
