"""Search indexes: documents are cut into sentences, which are found by words, filtered, ranked, read and summarized."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from mistral_async.testing._call import FakeCall
from mistral_async.testing._clock import TOLERANCE
from mistral_async.testing._errors import ValidationDetail, invalid_request, not_found
from mistral_async.testing._handlers._collection import Collection
from mistral_async.testing._handlers._paging import by_token
from mistral_async.testing._handlers.libraries import USER
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_GROUP = "beta.context.search_indexes"
_FIELDS = "IndexFields?"
_LANGUAGES = ("en", "fr", "es", "de", "it", "pt_br", "pl", "ar", "nl")
_SENTENCE = re.compile(r"[^.!?]+[.!?]*\s*")
_WORD = re.compile(r"\w+")
_RANK_CONSTANT = 60
_TEXT = "content"

Rows = list[tuple[float, JSONObject]]


class IndexStore:
    """The documents, chunks and summaries of all indexes, by the index's id."""

    def __init__(self, _state: ServerState) -> None:
        self.documents: dict[str, dict[str, JSONObject]] = {}
        self.chunks: dict[str, list[JSONObject]] = {}
        self.summaries: dict[tuple[str, str], JSONObject] = {}

    def ingest(self, index_id: str, document_id: str, document: JSONObject) -> int:
        """Keep a document, in place of the one of its id; return the number of its chunks."""
        self.delete(index_id, document_id)
        self.documents.setdefault(index_id, {})[document_id] = document
        text = document.get(_TEXT) or " ".join(str(value) for value in document.values() if isinstance(value, str))
        made = [
            {
                "id": f"{document_id}-{number}",
                "source_id": document_id,
                "locator": f"chunk {number}",
                "start_offset": found.start(),
                "end_offset": found.end(),
                "chunk_type": "text",
                "content": found[0].strip(),
                "parent_ref": None,
                "metadata": {name: value for name, value in document.items() if name != _TEXT},
            }
            for number, found in enumerate(_SENTENCE.finditer(text))
        ]
        self.chunks.setdefault(index_id, []).extend(made)
        return len(made)

    def delete(self, index_id: str, document_id: str) -> bool:
        """Delete a document, if it is there."""
        kept = self.chunks.get(index_id, [])
        self.chunks[index_id] = [chunk for chunk in kept if chunk["source_id"] != document_id]
        return self.documents.get(index_id, {}).pop(document_id, None) is not None

    def of(self, index_id: str, document_id: str) -> list[JSONObject]:
        """Return the chunks of a document; raises 404 if it is not there."""
        if document_id not in self.documents.get(index_id, {}):
            raise not_found("Document", document_id)
        return [chunk for chunk in self.chunks[index_id] if chunk["source_id"] == document_id]


def _state_of(call: FakeCall, index: JSONMapping) -> JSONObject:
    """Return an index as it is now: it is ready some time after it was made."""
    ready = index["ready_at"] <= call.state.calendar.now() + TOLERANCE
    return {**index, "status": "ready" if ready else "provisioning"}


def _fields(call: FakeCall) -> JSONMapping:
    ready = call.state.calendar.now() + call.state.options.processing_seconds
    now = call.state.calendar.iso()
    return {"creator_id": USER, "status": "provisioning", "created_at": now, "modified_at": now, "ready_at": ready}


indexes = Collection(
    "/v1/context/search-indexes", _GROUP, "ManagedIndexResponse", names=("name",), unique=("name",), fields=_fields
)
indexes.create(
    status=HTTPStatus.ACCEPTED, kind="ManagedIndexResponse", body=f"name*: str; config*: IndexConfig; schema: {_FIELDS}"
)
indexes.list(
    by_token(size=20),
    filters=("name", "creator_id", "status"),
    show=_state_of,
    kind="ManagedIndexResponse",
)
indexes.act("GET", "", "get", _state_of, kind="ManagedIndexResponse")
indexes.act(
    "PUT",
    "",
    "update",
    lambda call, _: _state_of(call, indexes.change(call, call.body)),
    body="schema*: IndexFields",
    status=HTTPStatus.ACCEPTED,
    kind="ManagedIndexResponse",
)


@route("DELETE", indexes.one, f"{_GROUP}.delete")
def delete(call: FakeCall) -> Reply:
    """Delete an index with its documents."""
    index, store = indexes.remove(call), call.state.store(IndexStore)
    store.documents.pop(index["id"], None)
    store.chunks.pop(index["id"], None)
    shown = {"id": index["id"], "name": index["name"], "status": "deleting"}
    return json_reply(shown, HTTPStatus.ACCEPTED)


@route("POST", f"{indexes.one}/documents", f"{_GROUP}.ingest_documents", body="documents*: list[dict]")
def ingest_documents(call: FakeCall) -> Reply:
    """Take the documents that have all that the index requires."""
    index, store = indexes.find(call), call.state.store(IndexStore)
    fields: JSONMapping = index["schema"]["document_fields"] if index["schema"] else {}
    required = [name for name, field in fields.items() if field.get("required")]
    results: list[JSONObject] = []
    for position, document in enumerate(call.body["documents"]):
        missing = [name for name in required if document.get(name) is None]
        errors = [{"location": [name], "type": "missing", "message": "Field required"} for name in missing]
        if errors:
            results.append({"status": "rejected", "position": position, "errors": errors})
            continue
        document_id = str(document.get("id") or call.state.ids.uuid4())
        count = store.ingest(index["id"], document_id, document)
        results.append({"status": "accepted", "position": position, "document_id": document_id, "chunk_count": count})
    accepted = sum(each["status"] == "accepted" for each in results)
    return json_reply({"accepted": accepted, "rejected": len(results) - accepted, "results": results})


@route("DELETE", f"{indexes.one}/documents", f"{_GROUP}.delete_documents", body="document_ids*: list[str]")
def delete_documents(call: FakeCall) -> Reply:
    """Delete documents by id."""
    index, store = indexes.find(call), call.state.store(IndexStore)
    found = {name: store.delete(index["id"], name) for name in call.body["document_ids"]}
    deleted = [name for name, was_there in found.items() if was_there]
    return json_reply({"deleted_document_ids": deleted, "missing": [name for name in found if name not in deleted]})


@route("GET", f"{indexes.one}/chunks/{{}}", f"{_GROUP}.get_chunk")
def get_chunk(call: FakeCall) -> Reply:
    """Return a chunk."""
    index = indexes.find(call)
    for chunk in call.state.store(IndexStore).chunks.get(index["id"], []):
        if chunk["id"] == call.params[1]:
            return json_reply({"chunks": [chunk]})
    raise not_found("Chunk", call.params[1])


def _chunks(call: FakeCall, top_k: int, passes: Callable[[JSONObject], bool]) -> Reply:
    """Return the first chunks of the body's document that pass."""
    found = call.state.store(IndexStore).of(indexes.find(call)["id"], call.body["source_id"])
    return json_reply({"chunks": list(filter(passes, found))[: call.body.get("top_k") or top_k]})


@route(
    "POST",
    f"{indexes.one}/grep",
    f"{_GROUP}.grep",
    body="source_id*: str; pattern*: str; mode: {phrase|term}; top_k: int(1,)?; content_type: str?",
)
def grep(call: FakeCall) -> Reply:
    """Return the chunks that have the pattern, or all of its words."""
    wanted = call.body["pattern"].lower()
    words = {wanted} if call.body.get("mode") != "term" else set(_WORD.findall(wanted))
    return _chunks(call, 5, lambda chunk: all(word in chunk["content"].lower() for word in words))


@route(
    "POST",
    f"{indexes.one}/navigate",
    f"{_GROUP}.navigate",
    body=(
        "source_id*: str; start_offset*: int; end_offset*: int; direction*: {next|previous}; top_k: int(1,)?; "
        "content_type: str?"
    ),
)
def navigate(call: FakeCall) -> Reply:
    """Return the chunks after or before a place."""
    start, end = call.body["start_offset"], call.body["end_offset"]
    if call.body["direction"] == "next":
        return _chunks(call, 1, lambda chunk: chunk["start_offset"] >= end)
    found = call.state.store(IndexStore).of(indexes.find(call)["id"], call.body["source_id"])
    before = [chunk for chunk in found if chunk["end_offset"] <= start]
    return json_reply({"chunks": before[-(call.body.get("top_k") or 1) :]})


@route(
    "POST",
    f"{indexes.one}/read",
    f"{_GROUP}.read",
    body="source_id*: str; start_offset: int?; end_offset: int?; top_k: int(1,)?; content_type: str?",
)
def read(call: FakeCall) -> Reply:
    """Return the chunks of a document, or of a part of it."""
    start, end = call.body.get("start_offset") or 0, call.body.get("end_offset") or float("inf")
    return _chunks(call, 20, lambda chunk: chunk["end_offset"] > start and chunk["start_offset"] < end)


@route("POST", f"{indexes.one}/search", f"{_GROUP}.search", body="retriever*: Retriever")
def search(call: FakeCall) -> Reply:
    """Return the best chunks."""
    index = indexes.find(call)
    chunks = call.state.store(IndexStore).chunks.get(index["id"], [])
    hits = [
        {"chunk": chunk, "score": score, "index_name": index["name"], "distance": None}
        for score, chunk in _retrieve(call.body["retriever"], chunks)
    ]
    return json_reply({"hits": hits})


def _retrieve(retriever: JSONMapping, chunks: Sequence[JSONObject]) -> Rows:
    """Rank chunks: by the share of the query's words that they have, or by the ranks that others give them."""
    passing = [chunk for chunk in chunks if _holds(retriever.get("filter"), chunk)]
    scores: dict[str, float] = {}
    if retriever["type"] == "rrf":
        weights = retriever.get("weights") or [1.0] * len(retriever["retrievers"])
        constant = retriever.get("rank_constant") or _RANK_CONSTANT
        for weight, other in zip(weights, retriever["retrievers"], strict=False):
            for rank, (_, chunk) in enumerate(_retrieve(other, passing), 1):
                scores[chunk["id"]] = scores.get(chunk["id"], 0.0) + weight / (constant + rank)
    else:
        words = set(_WORD.findall((retriever.get("query") or "").lower()))
        for chunk in passing:
            found = words & set(_WORD.findall(chunk["content"].lower()))
            if found and (retriever.get("operator") != "and" or found == words):
                scores[chunk["id"]] = round(len(found) / len(words), 4)
    rows = [(scores[chunk["id"]], chunk) for chunk in passing if chunk["id"] in scores]
    rows.sort(key=lambda row: -row[0])
    return rows[: retriever.get("top_k") or 20]


def _holds(condition: JSONMapping | None, chunk: JSONMapping) -> bool:
    """Return whether a condition holds for the document that a chunk is of."""
    if condition is None:
        return True
    value = chunk["metadata"].get(condition.get("field"))
    return bool(_CONDITIONS[condition["type"]](condition, value, chunk))


def _is_between(bounds: JSONMapping, value: Any) -> bool:
    """Return whether a value is inside bounds; one of another type is not."""
    try:
        return value is not None and all(
            holds(value, bounds[name]) for name, holds in _BOUNDS.items() if bounds.get(name) is not None
        )
    except TypeError:
        return False


_BOUNDS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
_CONDITIONS: dict[str, Callable[[JSONMapping, Any, JSONMapping], bool]] = {
    "and": lambda condition, _, chunk: all(_holds(each, chunk) for each in condition["matches"]),
    "or": lambda condition, _, chunk: any(_holds(each, chunk) for each in condition["matches"]),
    "not": lambda condition, _, chunk: not _holds(condition["match"], chunk),
    "equal": lambda condition, value, _: value == condition["value"],
    "in": lambda condition, value, _: value in condition["values"],
    "range": lambda condition, value, _: _is_between(condition, value),
}


def _summary(call: FakeCall) -> tuple[str, str]:
    """Return the key of a summary; raises 422 for a language that there is none in."""
    index_id, language = indexes.find(call)["id"], call.params[1]
    if language not in _LANGUAGES:
        message = f"Input should be {', '.join(_LANGUAGES)}"
        raise invalid_request([ValidationDetail("enum", ("path", "language"), message, language)])
    return index_id, language


@route("GET", f"{indexes.one}/summary_field/{{}}", f"{_GROUP}.get_index_summary")
def get_index_summary(call: FakeCall) -> Reply:
    """Return a summary."""
    if (summary := call.state.store(IndexStore).summaries.get(_summary(call))) is None:
        raise not_found("Summary", call.params[1])
    return json_reply(summary)


@route(
    "PUT",
    f"{indexes.one}/summary_field/{{}}",
    f"{_GROUP}.set_index_summary",
    body="content*: str; status*: {handwritten|generated_confirmed}; translated*: bool",
)
def set_index_summary(call: FakeCall) -> Reply:
    """Keep a summary."""
    call.state.store(IndexStore).summaries[_summary(call)] = dict(call.body)
    return json_reply({})


@route(
    "POST",
    f"{indexes.one}/summary_field/{{}}",
    f"{_GROUP}.generate_index_summary",
    stream=f"{_GROUP}.generate_index_summary",
)
def generate_index_summary(call: FakeCall) -> Reply:
    """Write a summary line by line: its parts, and then its state."""
    key, store = _summary(call), call.state.store(IndexStore)
    if key not in store.summaries or call.flag("force"):
        content = " ".join(chunk["content"] for chunk in store.chunks.get(key[0], [])[:3])
        if not content:
            return _lines([{"error": "The index has no documents to summarize."}])
        store.summaries[key] = {"content": content, "status": "generated", "translated": False}
    summary = store.summaries[key]
    parts: list[JSONObject] = [{"content": part} for part in re.findall(r"\S+\s*", summary["content"])]
    return _lines([*parts, {"status": summary["status"], "translated": summary["translated"]}])


def _lines(rows: Sequence[JSONObject]) -> Reply:
    return Reply(events=[msgspec.json.encode(row) + b"\n" for row in rows], media="application/x-ndjson")
