"""Groups that create, list, get, update and delete: a declaration gives each its store and its routes.

```python
judges = Collection("/v1/observability/judges", "beta.observability.judges", "Judge", unique=("name",))
judges.create(body="name*: str; description*: str", status=201)
judges.list(by_link("judges"), filters=("type",), search={"q": "name"})
judges.get("fetch")
judges.update("PUT", body="name: str?", status=204)
judges.delete()
```

A collection below another has its path, such as `/v1/datasets/{}/records`, and says `parent=datasets`. A Struct is
given by its name, so that the models load with the first request for them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, cast

import msgspec

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import FakeAPIError, plain_error
from mistral_async.testing._handlers._paging import Listing
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._reply import Reply, json_reply, no_content
from mistral_async.testing._route import Handler, route
from mistral_async.testing._state import ServerState

# Rule 1: A new item has every field of its Struct, and those declared: the body's value where it is not null, else the
#   declared one, else the Struct's default. Other fields of the body are left out. A time that is not null is now.
# Rule 2: Null in an update clears a field that may be null, and leaves any other as it is.
# Rule 3: Items are listed newest first, and belong to the ids before them in the path. Where the parent of a
#   collection has no such item, neither has the collection: 404.
# Rule 4: What another item already has in a unique field is refused, in a new item and in an update: 409.

Fields = JSONMapping | Callable[[FakeCall], JSONMapping]
_CHANGED = frozenset({"updated_at", "updatedAt", "modified_at"})
Kind = type[msgspec.Struct] | str
"""A Struct, or the name of one of `mistral_async.models`."""
Store = dict[tuple[str, ...], dict[str, JSONObject]]


class Collection:
    """The items of one kind, on every server: each server has a store of its own."""

    def __init__(
        self,
        path: str,
        group: str,
        kind: Kind,
        *,
        key: str = "id",
        names: tuple[str, ...] = (),
        unique: tuple[str, ...] = (),
        fields: Fields | None = None,
        new_id: Callable[[ServerState], str] = lambda state: state.ids.uuid4(),
        parent: Collection | None = None,
        error: Callable[[int, str], FakeAPIError] = plain_error,
    ) -> None:
        self.path = path
        self.one = f"{path}/{{}}"
        self.group = group
        self._kind = kind
        self.key = key
        self._names, self._unique, self._fields, self._new_id = names, unique, fields or {}, new_id
        self._parent, self._error = parent, error
        self._depth = path.count("{}")

    @functools.cached_property
    def kind(self) -> type[msgspec.Struct]:
        """The Struct of an item."""
        return load(self._kind)

    # The items

    def all(self, call: FakeCall) -> dict[str, JSONObject]:
        """Return the items below the path's ids, by their own; raises 404 where the parent has none of that id."""
        return call.state.store(self._open).setdefault(self._above(call), {})

    def find(self, call: FakeCall) -> JSONObject:
        """Return the item that the path names, as `named` does."""
        return self.named(call, call.params[self._depth])

    def named(self, call: FakeCall, name: str) -> JSONObject:
        """Return an item by its id or another of its names; raises 404 if there is none."""
        items = self.all(call)
        if name in items:
            return items[name]
        for item in items.values():
            if name in (item[other] for other in self._names):
                return item
        raise self._error(HTTPStatus.NOT_FOUND, f"{self.kind.__name__} {name} was not found.")

    def _above(self, call: FakeCall) -> tuple[str, ...]:
        """Return the ids of the items above; the path may have their names."""
        if self._parent is None:
            return call.params[: self._depth]
        return (*self._parent._above(call), str(self._parent.find(call)[self._parent.key]))  # noqa: SLF001 - another of its kind

    def add(self, call: FakeCall, fields: JSONMapping) -> JSONObject:
        """Add an item (rules 1 and 4)."""
        items = self.all(call)
        self._check_unique(items.values(), fields)
        declared = self._fields(call) if callable(self._fields) else self._fields
        item: JSONObject = {**blank(self.kind, call.state.calendar.iso()), **declared}
        item |= {name: value for name, value in fields.items() if name in item and value is not None}
        if not fields.get(self.key):
            item[self.key] = self._new_id(call.state)
        items[str(item[self.key])] = item
        return item

    def change(self, call: FakeCall, fields: JSONMapping) -> JSONObject:
        """Change the item that the path names (rules 2 and 4)."""
        item, initial = self.find(call), blank(self.kind, "")
        self._check_unique((other for other in self.all(call).values() if other is not item), fields)
        for name, value in fields.items():
            if name in item and (value is not None or initial.get(name) is None):
                item[name] = value
        item |= {name: call.state.calendar.iso() for name in _CHANGED & item.keys()}
        return item

    def remove(self, call: FakeCall) -> JSONObject:
        """Take the item that the path names away, and return it."""
        item = self.find(call)
        return self.all(call).pop(str(item[self.key]))

    def _check_unique(self, others: Iterable[JSONObject], fields: JSONMapping) -> None:
        """Raise 409 where one of the others has a unique field's value (rule 4)."""
        taken = [(name, other[name]) for other in others for name in self._unique]
        for name in self._unique:
            if fields.get(name) is not None and (name, fields[name]) in taken:
                raise self._error(HTTPStatus.CONFLICT, f"{self.kind.__name__} {fields[name]} exists already.")

    # The routes

    def create(
        self,
        name: str = "create",
        *,
        body: str | None = None,
        status: int = HTTPStatus.OK,
        kind: Kind | None = None,
        method: str = "POST",
    ) -> None:
        """Answer a creation with the new item, as a `kind` of its own if it is given."""
        self._route(
            method, self.path, name, lambda call: self.add(call, call.body), body=body, status=status, kind=kind
        )

    def list(
        self,
        listing: Listing,
        name: str = "list",
        *,
        filters: Iterable[str] = (),
        search: Mapping[str, str] | None = None,
        where: Callable[[FakeCall, JSONMapping], bool] = lambda _call, _item: True,
        show: Callable[[FakeCall, JSONObject], JSONObject] = lambda _call, item: item,
        kind: Kind | None = None,
        method: str = "GET",
        path: str | None = None,
        body: str | None = None,
    ) -> None:
        """Answer a list: `filters` are equal to fields of their name, `search` is a part of a field, such as `name`.

        `show` returns an item as it is now, which is what filters see.
        """
        filters = tuple(filters)

        def handle(call: FakeCall) -> Reply:
            found = [
                _as(kind, item)
                for item in (show(call, each) for each in reversed(self.all(call).values()))
                if _passes(call, item, filters, search or {}) and where(call, item)
            ]
            return json_reply(listing(call, found))

        route(method, path or self.path, f"{self.group}.{name}", body=body)(handle)

    def get(self, name: str = "get", *, kind: Kind | None = None) -> None:
        """Answer with an item."""
        self._route("GET", self.one, name, self.find, kind=kind)

    def update(
        self,
        method: str = "PATCH",
        *,
        name: str = "update",
        body: str | None = None,
        status: int = HTTPStatus.OK,
        kind: Kind | None = None,
    ) -> None:
        """Change an item; with the status 204 there is no answer."""
        self._route(
            method, self.one, name, lambda call: self.change(call, call.body), body=body, status=status, kind=kind
        )

    def delete(
        self,
        name: str = "delete",
        *,
        status: int = HTTPStatus.NO_CONTENT,
        kind: Kind | None = None,
        answer: Any = None,
    ) -> None:
        """Take an item away. `answer` is said, or the item."""
        self._route("DELETE", self.one, name, self.remove, status=status, kind=kind, answer=answer)

    def act(
        self,
        method: str,
        path: str,
        name: str,
        change: JSONMapping | Callable[[FakeCall, JSONObject], Any],
        *,
        body: str | None = None,
        status: int = HTTPStatus.OK,
        kind: Kind | None = None,
        answer: Any = None,
    ) -> None:
        """Do something else to an item, at a path below its own such as `/archive`: set fields, or call a function."""

        def perform(call: FakeCall) -> JSONObject:
            item = self.find(call)
            if callable(change):
                return change(call, item) or item
            return self.change(call, change)

        self._route(method, f"{self.one}{path}", name, perform, body=body, status=status, kind=kind, answer=answer)

    def _route(
        self,
        method: str,
        path: str,
        name: str,
        perform: Callable[[FakeCall], JSONObject],
        *,
        body: str | None = None,
        status: int = HTTPStatus.OK,
        kind: Kind | None = None,
        answer: Any = None,
    ) -> None:
        def handle(call: FakeCall) -> Reply:
            item = perform(call)
            if status == HTTPStatus.NO_CONTENT:
                return no_content()
            return json_reply(_as(kind, item) if answer is None else answer, status)

        made: Handler = handle
        route(method, path, f"{self.group}.{name}", body=body)(made)

    def _open(self, _state: ServerState) -> Store:
        return {}


def load(kind: Kind) -> type[msgspec.Struct]:
    """Return a Struct, which may be given by its name."""
    if isinstance(kind, str):
        from mistral_async import models

        return cast("type[msgspec.Struct]", getattr(models, kind))
    return kind


def blank(kind: Kind, now: str) -> JSONObject:
    """Return an object with every field of a Struct: its default, or the time where it is one (rule 1)."""
    made = _whole(load(kind)())
    return {name: now if value == "" and name.lower().endswith("at") else value for name, value in made.items()}


def _whole(value: Any) -> Any:
    """Return a value as it is sent, with what is not set, too."""
    if isinstance(value, msgspec.Struct):
        names = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
        fields = {key: _whole(getattr(value, name)) for key, name in names}
        return {**cast("JSONObject", msgspec.to_builtins(value)), **fields}  # the first has its tag
    if isinstance(value, list):
        return [_whole(each) for each in cast("list[Any]", value)]
    return msgspec.to_builtins(value)


def _as(kind: Kind | None, item: JSONObject) -> JSONObject:
    """Return an item as another kind shows it."""
    if kind is None:
        return item
    made = blank(kind, "")
    return {name: item.get(name, value) for name, value in made.items()}


def _passes(call: FakeCall, item: JSONMapping, filters: Iterable[str], search: Mapping[str, str]) -> bool:
    equal = all(_text(item.get(name)) in wanted for name in filters if (wanted := call.texts(name)))
    return equal and all(
        (call.text(name) or "").lower() in _text(item[field]).lower() for name, field in search.items()
    )


def _text(value: Any) -> str:
    """Return a value as a query has it."""
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
