"""Groups that are declared: what they keep and answer (the rules of `_collection`), and each way of listing."""

from __future__ import annotations

import msgspec
import pytest

from mistral_async.models._model import Model
from mistral_async.testing import _route
from mistral_async.testing._call import FakeCall
from mistral_async.testing._clock import VirtualClock
from mistral_async.testing._errors import FakeAPIError, observability_error
from mistral_async.testing._handlers._collection import Collection
from mistral_async.testing._handlers._paging import by_cursor, by_link, by_number, by_offset, by_time, by_token, whole
from mistral_async.testing._route import Router
from mistral_async.testing._state import ServerOptions, ServerState


class Owner(Model, kw_only=True):
    name: str = "me"


class Box(Model, kw_only=True):
    id: str = ""
    name: str = ""
    kind: str = "plain"
    note: str | None = None
    sealed: bool = False
    owner: Owner = msgspec.field(default_factory=Owner)
    tags: list[str] = msgspec.field(default_factory=list[str])
    created_at: str = ""
    updated_at: str = ""
    ended_at: str | None = None


class Label(Model, kw_only=True):
    id: str = ""
    text: str = ""


class Short(Model, kw_only=True):
    id: str = ""
    name: str = ""
    more: bool = True


@pytest.fixture
def perform(monkeypatch):
    """The operations of a group that is declared here: perform one by its method and target."""
    monkeypatch.setattr(_route, "REGISTERED", [])
    boxes = Collection("/v9/boxes", "boxes", Box, names=("name",), unique=("name",), error=observability_error)
    boxes.create(status=201)
    for name, listing in LISTINGS.items():
        boxes.list(listing, f"list_{name}", path=f"/v9/boxes-{name}", filters=("kind", "sealed"), search={"q": "name"})
    boxes.get()
    boxes.update()
    boxes.delete()
    boxes.act("GET", "/short", "short", lambda _call, item: item, kind=Short)
    boxes.act("POST", "/seal", "seal", {"sealed": True}, status=204)
    labels = Collection("/v9/boxes/{}/labels", "boxes.labels", Label, parent=boxes, fields=lambda _: {"text": "blank"})
    labels.create()
    labels.list(whole("labels"))
    labels.delete(status=200, answer={"message": "gone"})
    router = Router(_route.REGISTERED)
    state = ServerState(clock=VirtualClock(), seed=1, options=ServerOptions(), operations=router)

    def call(method, path, body=None, **query):
        state.clock.advance(1)
        route, params = router.find(method, path)
        query = {name: [value] for name, value in query.items()}
        reply = route.handler(FakeCall(state, route.name, params=params, body=body or {}, query=query))
        return msgspec.json.decode(reply.body) if reply.body else reply.status

    return call


LISTINGS = {
    "token": by_token("items", "page.next", size=2),
    "cursor": by_cursor("items.found", size=2),
    "number": by_number("items", size=2),
    "link": by_link("boxes", size=2),
    "offset": by_offset("items", size=2),
    "time": by_time(size=2),
    "whole": whole(),
}


def test_rule_1_an_item_has_every_field(perform):
    box = perform("POST", "/v9/boxes", {"name": "a", "tags": None, "secret": "s"})
    assert box.keys() == set(Box.__struct_fields__)
    assert (box["owner"], box["tags"], box["note"], box["ended_at"]) == ({"name": "me"}, [], None, None)
    assert box["created_at"] == box["updated_at"] != ""
    assert perform("GET", f"/v9/boxes/{box['id']}") == perform("GET", "/v9/boxes/a") == box


def test_rule_2_null_clears_what_may_be_null(perform):
    box = perform("POST", "/v9/boxes", {"name": "a", "note": "n"})
    changed = perform("PATCH", "/v9/boxes/a", {"note": None, "name": None, "kind": "new"})
    assert (changed["note"], changed["name"], changed["kind"]) == (None, "a", "new")
    assert changed["updated_at"] > changed["created_at"] == box["created_at"]


def test_rule_3_items_below_others(perform):
    box = perform("POST", "/v9/boxes", {"name": "a"})
    perform("POST", "/v9/boxes", {"name": "b"})
    label = perform("POST", "/v9/boxes/a/labels")
    assert label["text"] == "blank"
    assert perform("GET", f"/v9/boxes/{box['id']}/labels") == {"labels": [label]}
    assert perform("GET", "/v9/boxes/b/labels") == {"labels": []}
    assert perform("DELETE", f"/v9/boxes/a/labels/{label['id']}") == {"message": "gone"}
    assert perform("DELETE", "/v9/boxes/a") == 204
    with pytest.raises(FakeAPIError, match=r"404.*error_code"):
        perform("GET", "/v9/boxes/a/labels")


def test_rule_4_what_is_unique(perform):
    perform("POST", "/v9/boxes", {"name": "a"})
    with pytest.raises(FakeAPIError, match="409"):
        perform("POST", "/v9/boxes", {"name": "a"})
    perform("POST", "/v9/boxes", {"name": "b"})
    with pytest.raises(FakeAPIError, match="409"):
        perform("PATCH", "/v9/boxes/b", {"name": "a"})
    assert perform("PATCH", "/v9/boxes/b", {"name": "b", "note": "n"})["note"] == "n"


def test_an_item_as_another_kind_shows_it(perform):
    box = perform("POST", "/v9/boxes", {"name": "a"})
    assert perform("GET", "/v9/boxes/a/short") == {"id": box["id"], "name": "a", "more": True}


def test_an_action_changes_an_item(perform):
    perform("POST", "/v9/boxes", {"name": "a"})
    assert perform("POST", "/v9/boxes/a/seal") == 204
    assert perform("GET", "/v9/boxes-whole", sealed="true")[0]["sealed"]
    assert perform("GET", "/v9/boxes-whole", sealed="false") == []


@pytest.mark.parametrize(
    ("way", "items", "following"),
    [
        ("token", lambda page: page["items"], lambda page: {"page_token": page["page"]["next"]}),
        ("cursor", lambda page: page["items"]["found"], lambda page: {"cursor": page["next_cursor"]}),
        ("number", lambda page: page["items"], lambda page: {"page": str(page["page"] + 1)}),
        ("link", lambda page: page["boxes"]["results"], lambda page: {"page": page["boxes"]["next"][-1]}),
        ("offset", lambda page: page["items"], lambda _: {"offset": "2"}),
        ("time", lambda page: page, lambda page: {"before": page[-1]["created_at"]}),
    ],
)
def test_lists_are_cut_newest_first(perform, way, items, following):
    for name in "abcd":
        perform("POST", "/v9/boxes", {"name": name, "kind": "odd" if name == "b" else "plain"})
    first = perform("GET", f"/v9/boxes-{way}", kind="plain")
    assert [each["name"] for each in items(first)] == ["d", "c"]
    second = perform("GET", f"/v9/boxes-{way}", kind="plain", **following(first))
    assert [each["name"] for each in items(second)] == ["a"]
    assert [each["name"] for each in items(perform("GET", f"/v9/boxes-{way}", q="B"))] == ["b"]
