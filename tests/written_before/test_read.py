"""What version 0.1 wrote, files and pickles, is read by this one: `write.py` made it, `theirs.py` says what it is.

These fail when something that a pickle names was moved or renamed: keep the old name in `mistral_async/_moved`, or let
the class read its old state. What is in `by_0_1_0` is never written again.
"""

from __future__ import annotations

import base64
import json
import pickle
import shutil
import sqlite3
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest
from endpoint_values import sent
from written_before import theirs

import mistral_async
from mistral_async import Mistral, RateLimits, SQLiteStore, calls, models
from mistral_async._engine.request import Request
from mistral_async.bulk import CheckpointError
from mistral_async.errors import MistralError
from mistral_async.testing import replay
from mistral_async.tools import Conversation, Deferred

WRITTEN = Path(__file__).with_name("by_0_1_0")
HI = [{"role": "user", "content": "hi"}]
SMALL = {"model": "codestral-embed", "output_dimension": 16, "max_inputs_per_request": 5}
JOBS = {"poll": theirs.POLL, "limits": theirs.LIMITS}


def written(name):
    return json.loads((WRITTEN / name).read_text(encoding="utf-8"))


def load(text, server=None):
    """A pickle; of a client, with the port of this server."""
    data = base64.b64decode(text)
    if server is not None:
        data = data.replace(theirs.URL.encode(), f"http://127.0.0.1:{server.port:05}".encode())
    return pickle.loads(data)


VALUES, REQUESTS, MET = written("values.json"), written("requests.json"), written("met.json")
EXPECTED = theirs.values()
for value in EXPECTED.values():
    if isinstance(value, Request):
        value.described_by, value.described_with = (), None  # what newer versions add, and older pickles do not have
PROTOCOLS = [
    (name, protocol) for name in EXPECTED if name in VALUES for protocol in VALUES[name]
]  # newer ones are in none


@pytest.fixture
def copied(tmp_path):
    """A copy of something that was written."""

    def copy(name, target=None):
        for each in WRITTEN.glob(f"{name}*"):
            place = tmp_path / (target or each.name)
            shutil.copytree(each, place) if each.is_dir() else shutil.copy(each, place)
        return tmp_path / (target or name)

    return copy


# Pickles


@pytest.mark.parametrize(("name", "protocol"), PROTOCOLS)
def test_a_value_is_what_it_was(name, protocol):
    assert theirs.view(load(VALUES[name][protocol])) == theirs.view(EXPECTED[name])


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_asks_for_what_it_asked_for(name):
    data, kind, text = REQUESTS[name]
    request = load(data)
    assert (type(request), sent(request)) == (getattr(mistral_async, kind), text)


@pytest.mark.parametrize(("name", "protocol"), [(name, each) for name in MET for each in MET[name]["pickles"]])
def test_answers_and_errors_tell_what_they_told(name, protocol):
    met = load(MET[name]["pickles"][protocol])
    assert json.loads(json.dumps(theirs.facts_of(met))) == MET[name]["facts"]


@pytest.mark.parametrize("protocol", MET["response"]["pickles"])
def test_a_response_is_whole(protocol):
    response = load(MET["response"]["pickles"][protocol])
    assert response.json() == json.loads(response.body)
    assert response.http.status_code == 200
    assert response.http.json()["id"] == response.data.id
    assert response.data.choices[0].message.content == "You said: hi"


@pytest.mark.parametrize("protocol", ["2", "4"])
async def test_requests_are_performed(client, server, protocol):
    def old(name):
        return load(VALUES[name][protocol])

    assert (await client.send(old("call"))).data.text == "You said: hi"
    assert server.requests[-1].json()["temperature"] == 0.5
    vector = (await client.send(old("call with then"))).data.data[0].embedding
    assert (type(vector), vector.typecode) == (models.Vector, "b")
    async with await client.send(old("stream")) as stream:
        assert (await stream.get_final_response()).text == "You said: hi"
    assert (await client.send(old("form"))).data.model
    assert (await client.send(old("form with a file"))).data.text
    form = server.requests[-1].body.decode()
    assert all(text in form for text in ('filename="a.mp3"', "audio/mpeg", "one two", "voxtral-mini-latest"))


@pytest.mark.parametrize("protocol", ["2", "4"])
def test_requests_are_described_by_calls_that_were_pickled(protocol):
    old, files = load(VALUES["calls"][protocol]), load(VALUES["an endpoint of calls"][protocol])
    request = old.chat.complete(model=theirs.MODEL, messages=HI)
    assert sent(request) == sent(calls.chat.complete(model=theirs.MODEL, messages=HI))
    assert files.delete("1").target == old.files.delete("1").target == "/v1/files/1"


@pytest.mark.filterwarnings("ignore:verify=False")
@pytest.mark.parametrize("protocol", ["2", "4"])
async def test_clients_work_as_they_were_set(server, protocol):
    for name, fresh in theirs.clients().items():
        restored = load(VALUES[name][protocol])
        assert type(restored) is type(fresh), name
        assert theirs.view(restored.__reduce__()[1:]) == theirs.view(fresh.__reduce__()[1:]), name
    old = {name: load(VALUES[name][protocol], server) for name in theirs.clients()}
    async with old["client"] as client:
        assert (await client.chat.complete(model=theirs.MODEL, messages=HI)).text == "You said: hi"
    assert server.requests[-1].headers["authorization"] == "Bearer test-key"
    server.reply("chat.complete", json=theirs.asks_for_tools())  # the server itself knows no new options
    async with old["view"] as view:
        await view.chat.complete(model=theirs.MODEL, messages=HI)
    request = server.requests[-1]
    assert request.target.endswith("?beta=true")
    assert request.json()["new_option"] == 1
    assert (request.headers["x-theirs"], request.headers["x-api-key"]) == ("yes", "hidden")
    assert "hidden" not in repr(view.__reduce__())
    async with old["client of a coroutine"] as client:
        await client.models.list()
    assert server.requests[-1].headers["authorization"] == "Bearer test-key"


@pytest.mark.parametrize("protocol", ["2", "4"])
def test_a_client_without_its_key_takes_that_of_its_process(threaded_server, protocol, monkeypatch):
    monkeypatch.setenv("MISTRAL_API_KEY", "test-key")
    client = load(VALUES["client without a key"][protocol], threaded_server)
    assert client.__reduce__()[1][1] is None


@pytest.mark.parametrize("protocol", ["2", "4"])
def test_blocking_clients_work(threaded_server, protocol):
    with load(VALUES["blocking client"][protocol], threaded_server) as client:
        assert client.chat.complete(model=theirs.MODEL, messages=HI).text == "You said: hi"
        threaded_server.fail(503)
        with pytest.raises(MistralError):
            client.models.list()
    with load(VALUES["blocking view"][protocol], threaded_server) as view:
        view.models.list()
    assert threaded_server.requests[-1].headers["x-theirs"] == "yes"


def test_members_of_an_enum_are_found_by_value_and_by_name():
    effect = pickle.loads(b"cmistral_async._request\nEffect\n.")
    for name, value, request in (
        ("NONE", "none", calls.models.list()),
        ("COSTS", "costs", calls.chat.complete(model="m", messages=HI)),
        ("CREATES", "creates", calls.files.upload(b"a")),
    ):
        # By value as every Python from 3.11.4 on writes it, by name as 3.11.0 did.
        by_value = b"cmistral_async._request\nEffect\n(V%s\ntR." % value.encode()
        by_name = b"cbuiltins\ngetattr\n(cmistral_async._request\nEffect\nV%s\ntR." % name.encode()
        found = pickle.loads(by_value)
        assert found is pickle.loads(by_name) is effect(value) is getattr(effect, name)
        assert any(getattr(request, field) is found for field in request.__struct_fields__)


def test_pickles_cost_nothing_who_has_none():
    program = "import sys, mistral_async; print(*[name for name in sys.modules if name.startswith('mistral_async')])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert set(loaded) == {"mistral_async", "mistral_async._lazy", "mistral_async._version"}


def test_no_old_name_hides_a_new_one():
    package = Path(mistral_async.__file__).parent
    old = {path.stem for path in (package / "_moved").iterdir()} - {"__init__", "__pycache__"}
    assert not old & {path.stem for path in package.iterdir()}


# Bulk


async def test_a_finished_checkpoint_answers_everything(client, server, copied):
    facts, texts = written("bulk.json"), [f"text {number}" for number in range(20)]
    results = await client.bulk.embed(texts, checkpoint=copied("embed.sqlite"), **SMALL)
    assert [result.value.tolist() for result in results] == facts["vectors"]
    assert [result.usage.total_tokens for result in results] == facts["usage"]
    judged = await client.bulk.moderate(["kill", HI], checkpoint=copied("moderate.sqlite"))
    assert [result.value.to_dict() for result in judged] == facts["judged"]
    assert not server.requests


async def test_a_killed_checkpoint_goes_on(client, server, copied):
    texts = [f"text {number}" for number in range(20)]
    path = copied("killed.sqlite")
    async with client.bulk.embed(texts, checkpoint=path, **SMALL) as results:
        values = [result.value.tolist() async for result in results]
        resumed = results.progress.resumed
    assert 10 <= resumed < 20
    assert values[:resumed] == written("bulk.json")["vectors"][:resumed]
    assert values[resumed:] == [each.tolist() for each in await client.bulk.embed(texts[resumed:], **SMALL).values()]
    asked = [text for request in server.requests for text in request.json()["input"]]
    assert sorted(asked) == sorted(texts[resumed:] * 2)


async def test_a_checkpoint_of_equal_texts_knows_them_wherever_they_stand(client, server, copied):
    texts = [f"text {number % 7}" for number in range(13)]
    fresh = [f"text {number % 6}" for number in range(12)]
    path = copied("dedupe.sqlite")
    await client.bulk.embed(fresh, checkpoint=path, dedupe=True, **SMALL)
    assert not server.requests
    await client.bulk.embed([*fresh, *texts], checkpoint=path, dedupe=True, **SMALL)
    assert [request.json()["input"] for request in server.requests] == [["text 6"]]


async def test_a_cancelled_checkpoint_goes_on(client, server, copied):
    prompts = [f"prompt {number}" for number in range(12)]
    job = {"model": theirs.MODEL, "temperature": 0.5}
    path = copied("chat.sqlite")
    async with client.bulk.chat(prompts, checkpoint=path, **job) as results:
        said = [result.value.text async for result in results]
        resumed = results.progress.resumed
    assert said == [f"You said: {prompt}" for prompt in prompts]
    assert 5 <= resumed < 12
    assert len(server.requests) == 12 - resumed
    with pytest.raises(CheckpointError, match="holds another job"):
        await client.bulk.chat(prompts, checkpoint=path, model=theirs.MODEL)


async def test_what_failed_is_asked_again(client, server, copied):
    facts = written("bulk.json")
    assert len(facts["failed"]) == 2
    results = await client.bulk.map([theirs.ask(number) for number in range(5)], checkpoint=copied("map.sqlite"))
    assert len(server.requests) == 2
    said = [result.value.choices[0].message.content for result in results]
    assert said == ["0", "2", "4", "6", "8"]
    assert [old for old in facts["said"] if old] == [said[n] for n in range(5) if n not in facts["failed"]]


# Batch


async def _stand_in(client, run, part):
    """The job of a part, as the old version made it on its server."""
    lines = [
        json.dumps({"custom_id": f"{index}:n{index}", "body": theirs.ask(index).json}).encode()
        for first, last in part["ranges"]
        for index in range(first, last)
    ]
    name = f"{run['id']}-{part['number']}.jsonl"
    file = await client.files.upload((name, b"\n".join(lines) + b"\n"), "batch")
    metadata = {**run["metadata"], "mistral_async_run": run["id"], "mistral_async_part": str(part["number"])}
    job = await client.batch.jobs.create(
        endpoint=run["endpoint"], input_files=[file.id], model=theirs.MODEL, metadata=metadata
    )
    return file.id, job.id


async def _on(client, text):
    """The handle, with the ids that its files and jobs have on this server."""
    run = json.loads(text)
    for part in run["parts"]:
        part["file"], part["job"] = await _stand_in(client, run, part)
    return json.dumps(run)


async def test_a_handle_finds_its_jobs(client, server):
    old = written("batch.json")["handle"]
    text = await _on(client, old)
    created = server.effects["batch.jobs.create"]
    assert created == len(json.loads(old)["parts"]) > 3  # three, and what failed once more
    handle = client.batch.attach(text, poll=theirs.POLL)
    assert (handle.id, handle.total, handle.endpoint) == (json.loads(old)["id"], 10, "/v1/chat/completions")
    assert (await handle.wait()).finished
    results = await handle.results(ordered=True)
    assert [result.id for result in results] == [f"n{number}" for number in range(10)]
    assert [result.value.text for result in results] == [str(2 * number) for number in range(10)]
    assert server.effects["batch.jobs.create"] == created
    assert json.loads(handle.to_json()) == json.loads(text)


async def test_a_checkpoint_is_a_handle(client, server, copied):
    path = copied("finished.batch")
    path.write_text(await _on(client, path.read_text()))
    created = server.effects["batch.jobs.create"]
    assert (await client.batch.attach(path, poll=theirs.POLL).status()).total == 10
    async with client.batch.run(theirs.asked(), checkpoint=path, **JOBS) as results:
        said = {result.id: result.value.text async for result in results}
    assert said == {f"n{number}": str(2 * number) for number in range(10)}
    assert server.effects["batch.jobs.create"] == created
    with pytest.raises(CheckpointError, match="of other calls"):
        await client.batch.run(theirs.asked()[1:], checkpoint=path, **JOBS)


async def test_a_killed_run_creates_only_the_jobs_that_are_missing(client, server, copied, tmp_path):
    path = copied("killed.batch")
    (tmp_path / "killed.batch-parts").rename(tmp_path / ".killed.batch.parts")
    run = json.loads(path.read_text())
    assert [(part["tried"], part["job"]) for part in run["parts"]] == [(True, None), (False, None), (False, None)]
    await _stand_in(client, run, run["parts"][0])  # created when the process was killed, but not written down
    async with client.batch.run(theirs.asked(), checkpoint=path, **JOBS) as results:
        said = {result.index: result.value.text async for result in results}
        assert results.job.id == run["id"]
    assert said == {number: str(2 * number) for number in range(10)}
    assert server.effects["batch.jobs.create"] == 3
    assert not (tmp_path / ".killed.batch.parts").exists()


async def test_a_handle_of_a_job_without_a_file_is_read(client):
    text = written("batch.json")["inline"]
    handle = client.batch.attach(text)
    assert (handle.total, len(handle.job_ids)) == (2, 1)
    assert json.loads(handle.to_json()) == json.loads(text)


# Runs of tools, chats


@pytest.fixture(params=["json", "2", "4"])
def deferred(request):
    if request.param == "json":
        return Deferred.from_json((WRITTEN / "deferred.json").read_bytes())
    return load(written("rest.json")["deferred"][request.param])


async def test_a_run_that_waits_goes_on(client, server, deferred):
    assert [(call.name, call.arguments, call.reason) for call in deferred.calls] == [
        ("delete_file", {"path": "x"}, "confirmation")
    ]
    result = await client.chat.run(deferred.allow(), model=theirs.MODEL, tools=[theirs.delete_file, theirs.list_files])
    (request,) = server.requests
    told = [(each["name"], each["content"]) for each in request.json()["messages"] if each["role"] == "tool"]
    assert told == [("delete_file", "deleted x"), ("list_files", '["a","b"]')]
    assert result.usage.total_tokens > 15


@pytest.mark.parametrize("protocol", ["2", "4"])
def test_a_run_that_waits_is_told(protocol):
    run = load(written("rest.json")["run"][protocol])
    assert (run.output, run.usage.total_tokens, len(run.steps)) == (None, 15, 1)
    assert [call.name for call in run.deferred.calls] == ["delete_file"]
    assert [type(each) for each in run.messages[:2]] == [models.UserMessage, models.AssistantMessage]


def test_a_chat_is_loaded():
    chat = Conversation.load(WRITTEN / "conversation.json")
    assert [each.role for each in chat] == ["system", "user", "assistant", "oracle"]
    assert isinstance(chat[1].content[0], models.TextChunk)
    assert isinstance(chat[3], mistral_async.Unknown)
    assert chat.usage.total_tokens > 0


# Cassettes, downloads, limits


async def test_a_cassette_is_replayed():
    facts, cassette = written("rest.json"), replay(WRITTEN / "cassette.jsonl")
    async with Mistral("another-key", server_url="http://127.0.0.1:1", transport=cassette) as client:
        assert (await client.chat.complete(model=theirs.MODEL, messages=HI)).text == "You said: hi"
        async with client.chat.stream(model=theirs.MODEL, messages=HI) as stream:
            assert (await stream.get_final_response()).text == facts["streamed"]
        embedded = await client.embeddings.create(model="codestral-embed", inputs=["a"], output_dimension=16)
        assert list(embedded.data[0].embedding) == facts["embedded"]
        file = await client.files.upload(("a.txt", b"abc \xff"), "ocr")
        assert await client.files.download(file.id) == base64.b64decode(facts["downloaded"])
    cassette.assert_done()


async def test_a_download_goes_on(client, server, tmp_path):
    part = tmp_path / written("rest.json")["part"]
    part.write_bytes(b"x" + (WRITTEN / "big.part").read_bytes()[1:])  # to be told from what is downloaded now
    server.reply("files.download", body=theirs.DATA, headers={"etag": '"first"'}, times=2)
    await client.files.download("file-1").save(tmp_path / "big.bin", resume=True)
    assert (tmp_path / "big.bin").read_bytes() == b"x" + theirs.DATA[1:]
    assert not part.exists()


async def test_limits_are_kept_by_their_store(server, copied, monkeypatch):
    facts, path = written("rest.json"), copied("limits.sqlite")
    module = sys.modules[SQLiteStore.__module__]
    ago = time.monotonic() - facts["monotonic"]
    monkeypatch.setattr(module, "time", types.SimpleNamespace(monotonic=lambda: time.monotonic() - ago))
    model = RateLimits(requests_per_second=1, burst=3)  # two of the burst are gone, and one is always kept
    limits = RateLimits(
        requests_per_minute=60, tokens_per_minute=50_000, models={theirs.MODEL: model}, store=SQLiteStore(path)
    )
    with sqlite3.connect(path) as database:
        before = dict(database.execute("SELECT * FROM mistral_async_limits"))
    database.close()
    assert sorted(before) == facts["limits"]
    async with Mistral(server.api_key, server_url=server.url, rate_limits=limits) as client:
        response = await client.with_response.chat.complete(model=theirs.MODEL, messages=HI)
    assert 0.5 < response.attempts[0].waited < 1.5  # without what was written it would not have waited
