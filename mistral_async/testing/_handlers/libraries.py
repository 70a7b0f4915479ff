"""Libraries, their shares, and the totals of their documents."""

from __future__ import annotations

from http import HTTPStatus

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import not_found
from mistral_async.testing._handlers._paging import page_by_number, page_by_token
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

USER = "00000000-0000-4000-8000-000000000002"
ORGANISATION = "00000000-0000-4000-8000-000000000003"


class LibraryStore:
    """The libraries of one account, with their shares."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self.libraries: dict[str, JSONObject] = {}
        self.shares: dict[str, list[JSONObject]] = {}
        # Set by `documents.py`: number and bytes of a library's documents.
        self.totals: dict[str, tuple[int, int]] = {}

    def create(self, body: JSONObject) -> JSONObject:
        """Create a library."""
        library_id, now = self._state.ids.uuid4(), self._state.calendar.iso()
        self.libraries[library_id] = {
            "id": library_id,
            "name": body["name"],
            "created_at": now,
            "updated_at": now,
            "owner_id": USER,
            "owner_type": body.get("owner_type") or "User",
            "chunk_size": body.get("chunk_size"),
            "emoji": None,
            "description": body.get("description"),
            "generated_description": None,
            "generated_name": None,
            "explicit_user_members_count": None,
            "explicit_workspace_members_count": None,
            "org_sharing_role": None,
        }
        self.shares[library_id] = []
        return self.get(library_id)

    def get(self, library_id: str) -> JSONObject:
        """Return a library; raises 404 if there is none."""
        if (library := self.libraries.get(library_id)) is None:
            raise not_found("Library", library_id)
        count, size = self.totals.get(library_id, (0, 0))
        return {**library, "nb_documents": count, "total_size": size}

    def change(self, library_id: str, body: JSONObject) -> JSONObject:
        """Rename or describe a library; null clears the description."""
        self.get(library_id)
        kept = {name: value for name, value in body.items() if name != "name" or value is not None}
        self.libraries[library_id] |= {**kept, "updated_at": self._state.calendar.iso()}
        return self.get(library_id)

    def remove(self, library_id: str) -> JSONObject:
        """Delete a library and return it."""
        library = self.get(library_id)
        del self.libraries[library_id], self.shares[library_id]
        return library


def pagination(call: FakeCall, total: int, size: int) -> JSONObject:
    """Return the numbers of a page: items, pages, size, and whether more follow."""
    page, size = call.number("page", 0), call.number("page_size", size, least=1, most=100)
    pages = -(-total // size)
    counts = {"total_items": total, "total_pages": pages, "current_page": page, "page_size": size}
    return {**counts, "has_more": page + 1 < pages}


@route("GET", "/v1/libraries", "beta.libraries.list")
def list_libraries(call: FakeCall) -> Reply:
    """Return one page by token, or by number as older clients ask."""
    search = (call.text("search") or "").lower()
    libraries = call.state.store(LibraryStore)
    found = [libraries.get(name) for name in reversed(libraries.libraries)]
    found = [library for library in found if search in library["name"].lower()]
    if call.text("page") is not None and call.text("page_token") is None:
        data, token = page_by_number(call, found, size=100, most=100), None
    else:
        data, token = page_by_token(call, found, size=100, most=100)
    return json_reply({"data": data, "pagination": pagination(call, len(found), 100), "next_page_token": token})


@route("POST", "/v1/libraries", "beta.libraries.create", body="CreateLibraryRequest")
def create(call: FakeCall) -> Reply:
    """Create a library; the status is 201."""
    return json_reply(call.state.store(LibraryStore).create(call.body), HTTPStatus.CREATED)


@route("GET", "/v1/libraries/{}", "beta.libraries.get")
def get(call: FakeCall) -> Reply:
    """Return one library."""
    return json_reply(call.state.store(LibraryStore).get(call.params[0]))


@route("PATCH", "/v1/libraries/{}", "beta.libraries.update", body="UpdateLibraryRequest")
@route("PUT", "/v1/libraries/{}", "beta.libraries.libraries_update_v1", body="UpdateLibraryRequest")
def update(call: FakeCall) -> Reply:
    """Change a library."""
    return json_reply(call.state.store(LibraryStore).change(call.params[0], call.body))


@route("DELETE", "/v1/libraries/{}", "beta.libraries.delete")
def delete(call: FakeCall) -> Reply:
    """Delete a library with its documents."""
    return json_reply(call.state.store(LibraryStore).remove(call.params[0]))


@route("GET", "/v1/libraries/{}/share", "beta.libraries.accesses.list")
def list_shares(call: FakeCall) -> Reply:
    """Return the shares of a library."""
    libraries = call.state.store(LibraryStore)
    libraries.get(call.params[0])
    return json_reply({"data": libraries.shares[call.params[0]]})


@route("PUT", "/v1/libraries/{}/share", "beta.libraries.accesses.update_or_create", body="SharingRequest")
def share(call: FakeCall) -> Reply:
    """Add or change a share."""
    libraries, library_id = call.state.store(LibraryStore), call.params[0]
    libraries.get(library_id)
    entry = {
        "library_id": library_id,
        "user_id": USER,
        "org_id": call.body.get("org_id") or ORGANISATION,
        "role": call.body["level"],
        "share_with_type": call.body["share_with_type"],
        "share_with_uuid": call.body["share_with_uuid"],
    }
    _take_share(libraries, library_id, call.body)
    libraries.shares[library_id].append(entry)
    return json_reply(entry)


@route("DELETE", "/v1/libraries/{}/share", "beta.libraries.accesses.delete", body="SharingDelete")
def unshare(call: FakeCall) -> Reply:
    """Delete a share and return it."""
    libraries, library_id = call.state.store(LibraryStore), call.params[0]
    libraries.get(library_id)
    if (entry := _take_share(libraries, library_id, call.body)) is None:
        raise not_found("Share with", call.body["share_with_uuid"])
    return json_reply(entry)


def _take_share(libraries: LibraryStore, library_id: str, body: JSONObject) -> JSONObject | None:
    for entry in libraries.shares[library_id]:
        if all(entry[name] == body[name] for name in ("share_with_uuid", "share_with_type")):
            libraries.shares[library_id].remove(entry)
            return entry
    return None
