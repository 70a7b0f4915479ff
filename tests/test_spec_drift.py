"""The command that compares OpenAPI documents with the client."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

import msgspec
import pytest
import spec_drift
from comparison import Comparison
from endpoints import Type, operations
from openapi import Document
from shapes import Field, Operation
from typing_extensions import TypedDict

from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models import FunctionCallEvent
from mistral_async.models._always_sent import ALWAYS_SENT
from mistral_async.models._model import Model

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted((ROOT.parent / "shared" / "api").glob("openapi*.yaml"))


class Star(Model, kw_only=True):
    kind: Literal["star"] = constant("star")
    magnitude: float | None = None


class Planet(Model, kw_only=True):
    kind: Literal["planet"] = constant("planet")
    moons: list[Planet] = msgspec.field(default_factory=list["Planet"])
    name: str = ""
    state: Literal["seen", "lost"] | str = ""  # noqa: PYI051 - the values that are known


class Sky(Model, kw_only=True):
    bodies: list[OpenUnion[Star | Planet]] = msgspec.field(default_factory=list)
    total: int = 0
    extra: dict[str, int] | None = None


class Place(TypedDict, total=False):
    latitude: float
    town: str


OURS = Operation(
    "POST",
    "/v1/skies/{}",
    "skies.watch",
    {
        "at": Field(Type(str), required=True),
        "limit": Field(Type(int | None)),
        "place": Field(Type(Place | None)),
        "tags": Field(Type(Sequence[str] | None)),
    },
    Type(Sky),
)


def text(*values: str) -> dict:
    return {"type": "string", "enum": list(values)} if values else {"type": "string"}


def obj(required: Sequence[str] = (), /, **properties: object) -> dict:
    return {"type": "object", "properties": properties, "required": list(required)}


def ref(name: str) -> dict:
    return {"$ref": f"#/components/schemas/{name}"}


def document() -> dict:
    """Describe the same as `OURS`, in other ways of saying it."""
    number = {"anyOf": [{"type": "number"}, {"type": "null"}]}
    place = obj(latitude={"type": "number"}, town=text())
    body = obj(["at"], at={"type": "string", "format": "date-time"}, place={"allOf": [ref("Place")]}, tags=ref("Tags"))
    limit = {"name": "limit", "in": "query", "schema": {"type": ["integer", "null"]}}
    planet = obj(["kind"], kind={"const": "planet"}, moons=ref("Planets"), name=text(), state=text("seen", "lost"))
    sky = obj(
        bodies={"type": "array", "items": {"oneOf": [ref("Star"), ref("Planet")]}},
        total={"type": "integer", "nullable": True},
        extra={"type": "object", "additionalProperties": {"type": "integer"}},
    )
    return {
        "openapi": "3.1.0",
        "paths": {
            "/v1/skies/{sky_id}": {
                "parameters": [{"$ref": "#/components/parameters/Limit"}, {"name": "sky_id", "in": "path"}],
                "post": {
                    "summary": "Watch a sky",
                    "requestBody": {"content": {"application/json": {"schema": body}}},
                    "responses": {
                        "200": {"content": {"application/json": {"schema": ref("Sky")}}},
                        "422": {"content": {"application/json": {"schema": obj(detail=text())}}},
                    },
                },
            }
        },
        "components": {
            "parameters": {"Limit": limit},
            "schemas": {
                "Place": place,
                "Tags": {"type": "array", "items": text()},
                "Planets": {"type": "array", "items": ref("Planet")},
                "Planet": planet,
                "Star": obj(kind=text("star"), magnitude=number),
                "Sky": sky,
            },
        },
    }


def findings(tmp_path: Path, *documents: dict, ours: Sequence[Operation] = (OURS,)) -> list[str]:
    comparison = Comparison({(each.method, each.route, each.streams): each for each in ours})
    for index, content in enumerate(documents):
        path = tmp_path / f"{index}.json"
        path.write_text(json.dumps(content))
        comparison.add(Document(path).operations())
    return comparison.findings()


def test_nothing_differs(tmp_path):
    assert findings(tmp_path, document()) == []


def change_operation(path, content):
    content["paths"][path] = content["paths"].pop("/v1/skies/{sky_id}")


def schemas(content):
    return content["components"]["schemas"]


def rename_parameter(content):
    content["components"]["parameters"]["Limit"]["name"] = "max_bodies"


def require_parameter(content):
    content["components"]["parameters"]["Limit"]["required"] = True


def body_of(content):
    return content["paths"]["/v1/skies/{sky_id}"]["post"]["requestBody"]["content"]["application/json"]["schema"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda d: change_operation("/v2/skies", d),
            ["missing POST /v2/skies Watch a sky", "gone POST /v1/skies/{} skies.watch"],
        ),
        (rename_parameter, ["missing skies.watch(max_bodies)", "gone skies.watch(limit)"]),
        (require_parameter, ["changed skies.watch(limit): required"]),
        (lambda d: body_of(d)["required"].clear(), ["changed skies.watch(at): optional"]),
        (lambda d: body_of(d)["properties"].update(at={"type": "integer"}), ["changed skies.watch(at): integer"]),
        (lambda d: body_of(d)["properties"].update(zoom=text()), ["missing skies.watch(zoom)"]),
        (lambda d: schemas(d)["Place"]["properties"].update(zip=text()), ["missing Place.zip"]),
        (lambda d: schemas(d)["Tags"].update(items={"type": "integer"}), ["changed skies.watch(tags): integer"]),
        (lambda d: schemas(d)["Sky"]["properties"].update(moon=text()), ["missing Sky.moon"]),
        (lambda d: schemas(d)["Sky"]["properties"].pop("total"), ["gone Sky.total"]),
        (lambda d: schemas(d)["Sky"]["properties"].update(total=text()), ["changed Sky.total: string"]),
        (lambda d: schemas(d)["Sky"]["properties"].update(bodies=text()), ["changed Sky.bodies: string"]),
        (lambda d: schemas(d)["Sky"]["properties"].update(total=ref("Tags")), ["changed Sky.total: a list"]),
        (lambda d: schemas(d)["Sky"]["properties"].update(total=ref("Star")), ["missing Sky.total: Star"]),
        (
            lambda d: schemas(d)["Sky"]["properties"].update(extra={"additionalProperties": text(), "type": "object"}),
            ["changed Sky.extra: string"],
        ),
        (lambda d: schemas(d)["Planet"]["properties"].update(rings=text()), ["missing Planet.rings"]),
        (lambda d: schemas(d)["Planet"]["properties"]["state"]["enum"].append("new"), ["missing Planet.state = new"]),
        (lambda d: schemas(d)["Planet"]["properties"]["state"]["enum"].pop(), ["gone Planet.state = lost"]),
        (
            lambda d: schemas(d)["Star"]["properties"].update(kind={"const": "comet"}),
            ["missing Sky.bodies: Star", "gone Sky.bodies: Star"],
        ),
    ],
)
def test_what_differs_is_named(change, expected, tmp_path):
    content = document()
    change(content)
    assert findings(tmp_path, content) == expected


def test_what_one_of_the_documents_has_is_not_gone(tmp_path):
    older, newer = document(), document()
    del schemas(older)["Sky"]["properties"]["total"]
    assert findings(tmp_path, older) == ["gone Sky.total"]
    assert findings(tmp_path, older, newer) == []
    assert findings(tmp_path, newer, {"paths": {}}) == []


def test_an_answer_of_another_kind(tmp_path):
    content = document()
    content["paths"]["/v1/skies/{sky_id}"]["post"]["responses"]["200"]["content"] = {"image/png": {}}
    assert findings(tmp_path, content) == ["changed skies.watch: no answer"]
    quiet = Operation(OURS.method, OURS.route, OURS.name, OURS.options)
    assert findings(tmp_path, content, ours=[quiet]) == []
    assert findings(tmp_path, document(), ours=[quiet]) == ["changed skies.watch: an answer"]


@pytest.mark.parametrize("fragment", [False, True])
@pytest.mark.parametrize("wrapped", [False, True])
def test_streams_are_told_by_the_media_type(fragment, wrapped, tmp_path):
    content = document()
    (path, item), *_ = content["paths"].items()
    operation = json.loads(json.dumps(item))
    schema = obj(event=text(), data=ref("Planet")) if wrapped else ref("Planet")
    answers = (operation if fragment else item)["post"]["responses"]["200"]["content"]
    answers["text/event-stream"] = {"schema": schema}
    if fragment:
        del answers["application/json"]
        content["paths"][f"{path}#stream"] = operation
    assert findings(tmp_path, content) == ["missing POST /v1/skies/{} (stream) Watch a sky"]
    stream = Operation(OURS.method, OURS.route, "skies.stream", OURS.options, Type(Planet), streams=True)
    assert findings(tmp_path, content, ours=[OURS, stream]) == []
    schemas(content)["Planet"]["properties"]["rings"] = text()
    assert "missing Planet.rings" in findings(tmp_path, content, ours=[stream])


def test_parts_of_all_of_are_one_object(tmp_path):
    content = document()
    sky = schemas(content)["Sky"]
    schemas(content)["Sky"] = {"allOf": [ref("Counted"), {"properties": {**sky["properties"], "moon": text()}}]}
    schemas(content)["Counted"] = obj(total={"type": "integer"}, count={"type": "integer"})
    assert findings(tmp_path, content) == ["missing Sky.count", "missing Sky.moon"]


def test_header_fields_and_bodies_that_are_lists_are_options_too(tmp_path):
    content = document()
    content["components"]["parameters"]["Limit"] |= {"name": "Last-Event-ID", "in": "header"}
    body = content["paths"]["/v1/skies/{sky_id}"]["post"]["requestBody"]["content"]["application/json"]
    body["schema"] = ref("Tags")
    options = {"last-event-id": Field(Type(int | None)), "[]": Field(Type(Sequence[str]), required=True)}
    ours = Operation(OURS.method, OURS.route, OURS.name, options, OURS.answer)
    assert findings(tmp_path, content, ours=[ours]) == []
    schemas(content)["Tags"]["items"] = {"type": "integer"}
    assert findings(tmp_path, content, ours=[ours]) == ["changed skies.watch([]): integer"]


@pytest.mark.parametrize(("row", "expected"), [("- tail", ["tail"]), ("name tail", []), ("tail", ["name"])])
def test_what_answers_always_have_is_in_the_table(tmp_path, monkeypatch, row, expected):
    """A row that begins with `-` names the others. What is sent is not looked at."""

    class Comet(Model, kw_only=True):
        kind: Literal["comet"] = constant("comet")
        name: str = ""
        tail: float | None = None
        seen: list[str] = msgspec.field(default_factory=list)

    monkeypatch.setitem(ALWAYS_SENT, "Comet", row)
    content = document()
    fields = {"name": text(), "tail": {"type": "number"}, "seen": ref("Tags")}
    schemas(content)["Sky"] = obj(["kind", "name", "tail"], kind={"const": "comet"}, **fields)
    schemas(content)["Place"]["required"] = ["town"]
    ours = Operation(OURS.method, OURS.route, OURS.name, OURS.options, Type(Comet))
    found = [line for line in findings(tmp_path, content, ours=[ours]) if line.endswith(": always sent")]
    assert found == [f"changed Comet.{name}: always sent" for name in expected]


def test_values_that_docstrings_name_are_known():
    (event,) = Type(FunctionCallEvent).shape().objects
    assert event.fields["confirmation_status"].node.shape().known >= {"pending", "allowed", "denied"}


def test_options_are_known_by_what_is_sent():
    ours = operations()
    chat = ours["POST", "/v1/chat/completions", False].options
    assert {"model", "messages", "stream", "response_format"} <= chat.keys()
    assert (chat["model"].required, chat["temperature"].required) == (True, False)
    jobs = ours["POST", "/v1/batch/jobs", False].options
    assert "timeout_hours" in jobs
    assert "completion_window" not in jobs  # another spelling
    assert "metadata" in ours["GET", "/v1/batch/jobs", False].options  # a parameter for each of its keys


def test_yaml_and_json_are_read_alike(tmp_path):
    pytest.importorskip("yaml")
    path = tmp_path / "api.yaml"
    path.write_text(json.dumps(document()))  # JSON is YAML
    assert [each.route for each in Document(path).operations()] == ["/v1/skies/{}"]


def test_the_command(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(spec_drift, "operations", lambda: {(OURS.method, OURS.route, False): OURS})
    path = tmp_path / "api.json"
    path.write_text(json.dumps(document()))
    assert spec_drift.main([str(path)]) == 0
    assert capsys.readouterr().out == "none\n"
    content = document()
    rename_parameter(content)
    path.write_text(json.dumps(content))
    assert spec_drift.main([str(path)]) == 1
    assert capsys.readouterr().out == "missing skies.watch(max_bodies)\ngone skies.watch(limit)\n"
    monkeypatch.setattr(spec_drift, "meant", lambda: ["* skies.watch(*)"])
    assert spec_drift.main([str(path)]) == 0
    assert spec_drift.main([]) == 2


@pytest.mark.skipif(not DOCUMENTS, reason="the API's documents are not beside this checkout")
def test_the_client_does_not_differ_from_the_documents():
    pytest.importorskip("yaml")
    found, patterns = spec_drift.drift(DOCUMENTS), spec_drift.meant()
    differs = [line for line in found if not any(fnmatchcase(line, each) for each in patterns)]
    assert differs == []
    assert [each for each in patterns if not any(fnmatchcase(line, each) for line in found)] == [], "meant no more"


def test_the_command_runs_from_anywhere(tmp_path):
    path = tmp_path / "api.json"
    path.write_text('{"paths": {}}')
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "spec_drift.py", path],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "gone POST /v1/chat/completions chat.complete\n" in done.stdout
