"""Datasets: imports take records in once `processing_seconds` are over, and exports are files behind signed URLs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus

import msgspec

from mistral_async.testing._call import FakeCall
from mistral_async.testing._clock import TOLERANCE
from mistral_async.testing._content import Content
from mistral_async.testing._handlers._collection import Collection
from mistral_async.testing._handlers._paging import by_link
from mistral_async.testing._handlers._prompt import section
from mistral_async.testing._handlers.conversations import ConversationStore, StoredConversation
from mistral_async.testing._handlers.files import FileStore
from mistral_async.testing._handlers.observability._chats import Chat, Chats
from mistral_async.testing._handlers.observability._kept import CREATED, OWNED, error_of, missing, slug_of
from mistral_async.testing._handlers.observability._verdict import verdict
from mistral_async.testing._handlers.observability.campaigns import Selections, campaigns
from mistral_async.testing._handlers.observability.telemetry import spans_of
from mistral_async.testing._handlers.signed import sign
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply, no_content
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_GROUP = "beta.observability.datasets"
_RECORDS = "/v1/observability/dataset-records"
Found = Iterable[tuple[JSONObject, JSONObject] | None]
"""Payloads and properties; None for what is skipped."""

datasets = Collection(
    "/v1/observability/datasets",
    _GROUP,
    "Dataset",
    fields=lambda call: {**OWNED, "slug": slug_of(call.body["name"])},
    error=error_of("DATASET"),
)
datasets.create(body="name*: str(5,50); description*: str(0,200)", status=HTTPStatus.CREATED)
datasets.list(by_link("datasets"), search={"q": "name"})
datasets.get("fetch")
datasets.update(body="name: str(5,50)?; description: str(0,200)?")


class Records:
    """The records of all datasets, by id, and the tasks that import some."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self._records: dict[str, JSONObject] = {}
        self._tasks: dict[str, JSONObject] = {}
        self._due: dict[str, tuple[float, list[JSONObject]]] = {}

    def new(self, dataset: str, payload: JSONObject, properties: JSONObject | None, source: str) -> JSONObject:
        """Return a record that is not in its dataset yet."""
        body = {"dataset_id": dataset, "payload": payload, "properties": properties or {}, "source": source}
        return {**self._card(), **body}

    def add(self, record: JSONObject) -> JSONObject:
        """Put a record into its dataset."""
        self._records[record["id"]] = record
        return record

    def task(self, dataset: str, source: str, found: Found) -> JSONObject:
        """Begin to import records: they are there when the time has come."""
        asked = list(found)
        new = [self.new(dataset, *each, source) for each in asked if each is not None]
        task: JSONObject = {**self._card(), **CREATED, "dataset_id": dataset, "status": "RUNNING"}
        counts = {"requested_record_count": len(asked), "imported_record_count": len(new)}
        result = {**counts, "skipped_record_count": len(asked) - len(new)}
        task |= {"progress": 0, "message": None, "result": result}
        self._tasks[task["id"]] = task
        self._due[task["id"]] = self._state.calendar.now() + self._state.options.processing_seconds, new
        return self._shown(task)

    def of(self, dataset: str) -> list[JSONObject]:
        """Return the records of a dataset, the newest first."""
        self._settle()
        return [each for each in reversed(self._records.values()) if each["dataset_id"] == dataset]

    def get(self, name: str) -> JSONObject:
        """Return a record; raises 404 if there is none."""
        self._settle()
        if (record := self._records.get(name)) is None:
            raise missing("DATASET_RECORD", name)
        return record

    def remove(self, names: Iterable[str]) -> None:
        """Take away those of the records that are there."""
        self._settle()
        for name in names:
            self._records.pop(name, None)

    def known(self, names: Iterable[str]) -> list[JSONObject | None]:
        """Return records; None for those that are not there."""
        self._settle()
        return [self._records.get(name) for name in names]

    def tasks(self, dataset: str) -> list[JSONObject]:
        """Return the tasks of a dataset, the newest first."""
        self._settle()
        return [self._shown(each) for each in reversed(self._tasks.values()) if each["dataset_id"] == dataset]

    def _shown(self, task: JSONObject) -> JSONObject:
        return {**task, "result": None} if task["status"] == "RUNNING" else task

    def _settle(self) -> None:
        """Finish the tasks whose time has come."""
        now = self._state.calendar.now() + TOLERANCE
        for name in [name for name, (end, _) in self._due.items() if end <= now]:
            for record in self._due.pop(name)[1]:
                self.add(record)
            self._tasks[name] |= {"status": "COMPLETED", "progress": 100, "updated_at": self._state.calendar.iso()}

    def _card(self) -> JSONObject:
        now = self._state.calendar.iso()
        return {"id": self._state.ids.uuid4(), "created_at": now, "updated_at": now, "deleted_at": None}


@route("DELETE", datasets.one, f"{_GROUP}.delete")
def delete(call: FakeCall) -> Reply:
    """Delete a dataset with its records."""
    name, records = datasets.remove(call)["id"], call.state.store(Records)
    records.remove([each["id"] for each in records.of(name)])
    return no_content()


@route("GET", f"{datasets.one}/exports/to-jsonl", f"{_GROUP}.export_to_jsonl")
def export_to_jsonl(call: FakeCall) -> Reply:
    """Write the records, the oldest first, to a file, and sign its URL."""
    dataset = datasets.find(call)
    shown = [{"payload": each["payload"], "properties": each["properties"]} for each in _records(call)[::-1]]
    content = Content(b"".join(msgspec.json.encode(each) + b"\n" for each in shown))
    file = call.state.store(FileStore).add(content, f"{dataset['slug']}.jsonl", purpose="batch", source="mistral")
    return json_reply({"file_url": sign(call.state, file.id, file.content, file.filename)})


@route("GET", f"{datasets.one}/records", f"{_GROUP}.list_records")
def list_records(call: FakeCall) -> Reply:
    """Return a page of the records."""
    return json_reply(by_link("records")(call, _records(call)))


@route(
    "POST",
    f"{datasets.one}/records",
    f"{_GROUP}.create_record",
    body="payload*: dict; properties: dict?; source: {DIRECT_INPUT|TELEMETRY_SPAN}",
)
def create_record(call: FakeCall) -> Reply:
    """Add a record."""
    store, body = call.state.store(Records), call.body
    source = body.get("source") or "DIRECT_INPUT"
    record = store.new(datasets.find(call)["id"], body["payload"], body.get("properties"), source)
    return json_reply(store.add(record), HTTPStatus.CREATED)


def _records(call: FakeCall) -> list[JSONObject]:
    return call.state.store(Records).of(datasets.find(call)["id"])


# Imports


def _importing(place: str, name: str, body: str, source: str) -> Callable[[Callable[[FakeCall], Found]], None]:
    """Let a function find what an import takes in."""

    def register(find: Callable[[FakeCall], Found]) -> None:
        def handle(call: FakeCall) -> Reply:
            dataset = datasets.find(call)["id"]
            return json_reply(call.state.store(Records).task(dataset, source, find(call)), HTTPStatus.ACCEPTED)

        route("POST", f"{datasets.one}/imports/{place}", f"{_GROUP}.{name}", body=body)(handle)

    return register


def _of_chat(chat: Chat | None) -> tuple[JSONObject, JSONObject] | None:
    if chat is None:
        return None
    return {"messages": [*chat.messages, *chat.answers]}, {"event_id": chat.id, "model": chat.completion.model}


@_importing("from-campaign", "import_from_campaign", "campaign_id*: str", "EXPLORER")
def _from_campaign(call: FakeCall) -> Found:
    campaign = campaigns.named(call, call.body["campaign_id"])
    return [_of_chat(chat) for chat in call.state.store(Selections).chats[campaign["id"]]]


@_importing("from-dataset", "import_from_dataset_records", "dataset_record_ids*: list[str](1,10000)", "DIRECT_INPUT")
def _from_records(call: FakeCall) -> Found:
    records = call.state.store(Records).known(call.body["dataset_record_ids"])
    return [None if record is None else (record["payload"], record["properties"]) for record in records]


@_importing("from-explorer", "import_from_explorer", "completion_event_ids*: list[str](0,500)", "EXPLORER")
def _from_explorer(call: FakeCall) -> Found:
    chats = {chat.id: chat for chat in call.state.store(Chats).all()}
    return [_of_chat(chats.get(name)) for name in call.body["completion_event_ids"]]


@_importing("from-file", "import_from_file", "file_id*: str", "UPLOADED_FILE")
def _from_file(call: FakeCall) -> Found:
    file = call.state.store(FileStore).get(call.body["file_id"])
    return [_of_line(line) for line, _ in file.content.lines_from(0) if line.strip()]


def _of_line(line: bytes) -> tuple[JSONObject, JSONObject] | None:
    try:
        found = msgspec.json.decode(line, type=JSONObject)
    except msgspec.DecodeError:
        return None
    if "payload" not in found:
        return found, {}
    return section(found, "payload"), section(found, "properties")


@_importing("from-playground", "import_from_playground", "conversation_ids*: list[str]", "PLAYGROUND")
def _from_playground(call: FakeCall) -> Found:
    known = call.state.store(ConversationStore).conversations
    found = [known.get(name) for name in call.body["conversation_ids"]]
    return [None if each is None else _of_conversation(each) for each in found]


def _of_conversation(found: StoredConversation) -> tuple[JSONObject, JSONObject]:
    messages = [{name: entry[name] for name in ("role", "content") if name in entry} for entry in found.entries]
    return {"messages": messages}, {"conversation_id": found.id}


@_importing(
    "from-spans",
    "import_from_spans",
    "span_references*: list[SpanReference]; mapping_contract*: SpanMappings",
    "TELEMETRY_SPAN",
)
def _from_spans(call: FakeCall) -> Found:
    spans = {(each["trace_id"], each["span_id"]): each for each in spans_of(call.state)}
    references = [(each["trace_id"], each["span_id"]) for each in call.body["span_references"]]
    return [_mapped(spans.get(ids), call.body["mapping_contract"]["mappings"]) for ids in references]


def _mapped(span: JSONObject | None, mappings: list[JSONObject]) -> tuple[JSONObject, JSONObject] | None:
    if span is None:
        return None
    sources = {each["target_field"]: each["source_field"] for each in mappings}
    payload = {target: span.get(source["namespace"], {}).get(source["key"]) for target, source in sources.items()}
    return payload, {"trace_id": span["trace_id"], "span_id": span["span_id"]}


@route("GET", f"{datasets.one}/tasks", f"{_GROUP}.list_tasks")
def list_tasks(call: FakeCall) -> Reply:
    """Return a page of the tasks."""
    return json_reply(by_link("tasks")(call, call.state.store(Records).tasks(datasets.find(call)["id"])))


@route("GET", f"{datasets.one}/tasks/{{}}", f"{_GROUP}.fetch_task")
def fetch_task(call: FakeCall) -> Reply:
    """Return a task by now."""
    for task in call.state.store(Records).tasks(datasets.find(call)["id"]):
        if task["id"] == call.params[1]:
            return json_reply(task)
    raise missing("DATASET_TASK", call.params[1])


# Records by their ids


@route("POST", f"{_RECORDS}/bulk-delete", f"{_GROUP}.records.bulk_delete", body="dataset_record_ids*: list[str](1,500)")
def bulk_delete(call: FakeCall) -> Reply:
    """Delete records."""
    call.state.store(Records).remove(call.body["dataset_record_ids"])
    return no_content()


@route("DELETE", f"{_RECORDS}/{{}}", f"{_GROUP}.records.delete")
def delete_record(call: FakeCall) -> Reply:
    """Delete a record."""
    records = call.state.store(Records)
    records.remove([records.get(call.params[0])["id"]])
    return no_content()


@route("GET", f"{_RECORDS}/{{}}", f"{_GROUP}.records.fetch")
def fetch_record(call: FakeCall) -> Reply:
    """Return a record."""
    return json_reply(call.state.store(Records).get(call.params[0]))


@route("POST", f"{_RECORDS}/{{}}/live-judging", f"{_GROUP}.records.judge", body="judge_definition*: JudgeDefinition")
def judge_record(call: FakeCall) -> Reply:
    """Judge a record: its messages, or all of it as one."""
    payload = call.state.store(Records).get(call.params[0])["payload"]
    whole = [{"role": "user", "content": msgspec.json.encode(payload).decode()}]
    return json_reply(verdict(call.body["judge_definition"], payload.get("messages") or whole))


@route("PUT", f"{_RECORDS}/{{}}/payload", f"{_GROUP}.records.update_payload", body="payload*: dict")
@route("PUT", f"{_RECORDS}/{{}}/properties", f"{_GROUP}.records.update_properties", body="properties*: dict")
def update_record(call: FakeCall) -> Reply:
    """Replace the payload or the properties."""
    call.state.store(Records).get(call.params[0]).update(call.body, updated_at=call.state.calendar.iso())
    return no_content()
