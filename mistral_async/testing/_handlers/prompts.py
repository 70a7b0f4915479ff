"""Prompts and skills: kept in versions, which aliases lead to."""

from __future__ import annotations

from http import HTTPStatus

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import api_error, not_found
from mistral_async.testing._handlers._paging import by_token
from mistral_async.testing._handlers.libraries import USER
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_LISTING = by_token(token="nextPageToken", parameter="pageToken", limit="pageSize")  # noqa: S106 - a name
_SORTED = {"created_at": "createdAt", "last_modified_at": "updatedAt", "name": "name", "title": "title"}
_SCOPE = "sharingScope: str; workspaceRelation: {share_relation_unspecified|reader|writer}"
_PROMPT = "definition*: PromptDefinition; notes: str?; aliases: list[str]"
_SKILL = "definition*: SkillDefinition; notes: str?; aliases: list[str]"
_METADATA = "notes: str?; aliases: AliasList"


class Registry:
    """All that an account keeps of one kind: the cards by id, and the versions of each, oldest first."""

    texts: tuple[str, ...] = ()

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self.cards: dict[str, JSONObject] = {}
        self.versions: dict[str, list[JSONObject]] = {}

    def create(self, body: JSONObject) -> JSONObject:
        """Create one, with its first version."""
        if any(card["name"] == body["name"] for card in self.cards.values()):
            raise api_error(HTTPStatus.CONFLICT, f"{body['name']} exists already", "conflict")
        new, now = self._state.ids.uuid4(), self._state.calendar.iso()
        texts = {name: body.get(name) or "" for name in self.texts}
        scope = body.get("sharingScope") or "private"
        self.cards[new] = {"id": new, "name": body["name"], **texts, "sharingScope": scope, "createdAt": now}
        self.versions[new] = []
        self.add_version(new, body)
        return self.show(new)

    def add_version(self, name: str, body: JSONObject) -> JSONObject:
        """Create a version, unless the latest one has the same definition."""
        card, now = self.get(name), self._state.calendar.iso()
        versions = self.versions[name]
        same = bool(versions) and versions[-1]["definition"] == body["definition"]
        if not same:
            new = {"version": len(versions) + 1, "definition": body["definition"], "notes": body.get("notes") or ""}
            versions.append({**new, "aliases": [], "createdAt": now})
        self.lead(name, versions[-1], [*versions[-1]["aliases"], *(body.get("aliases") or [])])
        card["updatedAt"] = now
        return {"version": versions[-1]["version"], "deduplicated": same}

    def lead(self, name: str, version: JSONObject, aliases: list[str]) -> None:
        """Have aliases lead to a version, and to no other one."""
        for other in self.versions[name]:
            other["aliases"] = [alias for alias in other["aliases"] if alias not in aliases]
        version["aliases"] = list(dict.fromkeys(aliases))

    def get(self, name: str) -> JSONObject:
        """Return the card of one; raises 404 if there is none."""
        if (card := self.cards.get(name)) is None:
            raise not_found("Object", name)
        return card

    def version(self, name: str, wanted: str | None) -> JSONObject:
        """Return a version by its number or alias, the latest where none is named; raises 404 if there is none."""
        self.get(name)
        for each in reversed(self.versions[name]):
            if wanted in (None, str(each["version"]), *each["aliases"]):
                return each
        raise not_found("Version", str(wanted))

    def show(self, name: str, wanted: str | None = None) -> JSONObject:
        """Return one as it is in a version."""
        version = self.version(name, wanted)
        whole = {**version, **self.cards[name], "latestVersion": self.versions[name][-1]["version"]}
        return whole | {"createdBy": USER, "versionCreatedAt": version["createdAt"]} if self.texts else whole


class PromptStore(Registry):
    """The prompts."""

    texts = ("title", "description")


class SkillStore(Registry):
    """The skills."""


def _kept(call: FakeCall) -> Registry:
    return call.state.store(PromptStore if call.operation.startswith("beta.prompts.") else SkillStore)


def _shown(call: FakeCall, card: JSONObject) -> JSONObject:
    """Leave of a card the fields that the query names, all where it names none."""
    fields = call.texts("fields")
    return {name: value for name, value in card.items() if not fields or name in fields}


@route("GET", "/v2/prompts", "beta.prompts.list")
@route("GET", "/v2/skills", "beta.skills.list")
def list_all(call: FakeCall) -> Reply:
    """Return one page, newest first where nothing else is asked for."""
    kept, alias = _kept(call), call.text("alias")
    found = [kept.show(name) for name in kept.cards]
    found = [card for card in found if any(alias in (None, *each["aliases"]) for each in kept.versions[card["id"]])]
    field = call.text("sort_by") or (call.text("sort.field") or "created_at").removeprefix("list_sort_field_")
    key = _SORTED.get(field, "createdAt")
    order = call.text("sort_direction") or (call.text("sort.direction") or "").rpartition("_")[2]
    found.sort(
        key=lambda card: str(card.get(key)), reverse=(order or ("desc" if key.endswith("At") else "asc")) == "desc"
    )
    return json_reply(_LISTING(call, [_shown(call, card) for card in found]))


@route(
    "POST",
    "/v2/prompts",
    "beta.prompts.create",
    body=f"name*: str; title: str?; description: str?; {_PROMPT}; {_SCOPE}",
)
@route("POST", "/v2/skills", "beta.skills.create", body=f"name*: str; {_SKILL}; {_SCOPE}")
def create(call: FakeCall) -> Reply:
    """Create one, with its first version."""
    return json_reply(_kept(call).create(call.body))


@route("GET", "/v2/prompts/{}", "beta.prompts.get")
@route("GET", "/v2/skills/{}", "beta.skills.get")
def get(call: FakeCall) -> Reply:
    """Return one as it is in a version."""
    return json_reply(_shown(call, _kept(call).show(call.params[0], call.text("version") or call.text("alias"))))


@route("PATCH", "/v2/prompts/{}", "beta.prompts.update_metadata", body=f"title: str?; description: str?; {_SCOPE}")
@route("PATCH", "/v2/skills/{}", "beta.skills.update_metadata", body=_SCOPE)
def update_metadata(call: FakeCall) -> Reply:
    """Change a card; null clears its texts."""
    card = _kept(call).get(call.params[0])
    card |= {name: value or "" for name, value in call.body.items() if name in card}
    card["updatedAt"] = call.state.calendar.iso()
    return json_reply(_kept(call).show(call.params[0]))


@route("DELETE", "/v2/prompts/{}", "beta.prompts.delete")
@route("DELETE", "/v2/skills/{}", "beta.skills.delete")
def delete(call: FakeCall) -> Reply:
    """Delete one with its versions."""
    kept = _kept(call)
    kept.get(call.params[0])
    del kept.cards[call.params[0]], kept.versions[call.params[0]]
    return json_reply({})


@route("GET", "/v2/prompts/{}/versions", "beta.prompts.list_versions")
@route("GET", "/v2/skills/{}/versions", "beta.skills.list_versions")
def list_versions(call: FakeCall) -> Reply:
    """Return all versions, newest first."""
    kept = _kept(call)
    kept.get(call.params[0])
    return json_reply({"data": kept.versions[call.params[0]][::-1]})


@route("POST", "/v2/prompts/{}/versions", "beta.prompts.create_version", body=_PROMPT)
@route("POST", "/v2/skills/{}/versions", "beta.skills.create_version", body=_SKILL)
def create_version(call: FakeCall) -> Reply:
    """Create a version."""
    return json_reply(_kept(call).add_version(call.params[0], call.body))


@route("GET", "/v2/prompts/{}/versions/{}", "beta.prompts.get_version")
@route("GET", "/v2/skills/{}/versions/{}", "beta.skills.get_version")
def get_version(call: FakeCall) -> Reply:
    """Return one as it is in a version."""
    return json_reply(_shown(call, _kept(call).show(*call.params)))


@route("PATCH", "/v2/prompts/{}/versions/{}", "beta.prompts.update_version_metadata", body=_METADATA)
@route("PATCH", "/v2/skills/{}/versions/{}", "beta.skills.update_version_metadata", body=_METADATA)
def update_version_metadata(call: FakeCall) -> Reply:
    """Change the notes and the aliases of a version; null clears the notes."""
    name, wanted = call.params
    version = _kept(call).version(name, wanted)
    if "notes" in call.body:
        version["notes"] = call.body["notes"] or ""
    if "aliases" in call.body:
        _kept(call).lead(name, version, call.body["aliases"].get("values") or [])
    return json_reply(_kept(call).show(name, wanted))
