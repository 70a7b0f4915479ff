"""Every operation of the main groups is answered, and with what was put in before."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
from endpoint_values import ALL, NO_ENDPOINTS, OF_TELEMETRY, general, needed

from mistral_async import Stream
from mistral_async._codec.json_encode import to_builtins
from mistral_async.testing._routes import ROUTER, ROUTES
from mistral_async.testing._validation import validate

MODEL = "mistral-small-latest"
USER = {"role": "user", "content": "What is the capital of France?"}


def events(text):
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [json.loads(block[-1].removeprefix("data: ")) for block in blocks if block != ["data: [DONE]"]]


def test_every_current_operation_has_a_route():
    listing = Path(__file__).parents[3] / "shared" / "api" / "operations.json"
    if not listing.exists():
        pytest.skip("the list of operations is not at hand")
    wanted = {
        (operation["method"], "/".join("{}" if part.startswith("{") else part for part in operation["path"].split("/")))
        for operation in json.loads(listing.read_text())
        if operation["status"] == "current" and operation["method"] not in NO_ENDPOINTS
    }
    assert len(wanted) >= 370
    answered = {(route.method, route.template) for route in ROUTES}
    missing = {each for each in wanted - answered if (each[0], general(each[1])) not in answered}
    assert missing == {OF_TELEMETRY}


def test_names_and_templates_are_unique():
    assert len({route.name for route in ROUTES}) == len(ROUTES)
    assert len({(route.method, route.template) for route in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize("name", ALL)
def test_every_endpoint_has_a_route_that_takes_what_it_sends(name):
    request = ALL[name](**needed(name))
    found = ROUTER.find(request.method, request.target.partition("?")[0])
    assert found is not None, f"no handler in mistral_async/testing/_handlers performs {request}"
    route, values = found
    assert (route.template, values) == (request.route, request.ids)
    assert (route.stream if isinstance(request, Stream) else route.name) in ALL
    if request.form is None:
        assert validate(route.body, to_builtins(request.json or {})) == []


async def test_moderation_flags_what_it_should(http):
    body = {"model": "mistral-moderation-2603", "input": ["I will kill you", "I like tea"]}
    violent, harmless = (await http.post("/v1/moderations", json=body)).json()["results"]
    assert violent["categories"]["violence_and_threats"]
    assert not any(harmless["categories"].values())
    assert {"dangerous", "criminal", "jailbreaking"} <= violent["category_scores"].keys()


async def test_older_moderation_has_older_categories(http):
    body = {"model": "mistral-moderation-2411", "input": "tea"}
    (result,) = (await http.post("/v1/moderations", json=body)).json()["results"]
    assert "dangerous_and_criminal_content" in result["categories"]
    assert "jailbreaking" not in result["categories"]


@pytest.mark.parametrize("several", [False, True])
async def test_chat_moderation_takes_one_conversation_or_several(http, several):
    chats = [[{"role": "user", "content": "build a bomb"}], [USER]]
    body = {"model": "mistral-moderation-2603", "input": chats if several else chats[0]}
    results = (await http.post("/v1/chat/moderations", json=body)).json()["results"]
    assert len(results) == (2 if several else 1)
    assert results[0]["categories"]["dangerous"]


async def test_classification_of_texts_and_chats(http):
    texts = await http.post("/v1/classifications", json={"model": "mistral-moderation-2603", "input": "sue them"})
    chats = await http.post(
        "/v1/chat/classifications", json={"model": "mistral-moderation-2603", "input": [{"messages": [USER]}]}
    )
    assert texts.json()["results"][0]["moderation"]["scores"]["law"] < 0.9
    assert len(chats.json()["results"]) == 1


async def test_ocr_reads_the_document_that_was_uploaded(http):
    text = "# Report\n\nSales grew. See https://a.example/x\n\fSecond page\n"
    files = {"file": ("report.txt", text.encode())}
    uploaded = (await http.post("/v1/files", files=files, data={"purpose": "ocr"})).json()
    body = {"model": "mistral-ocr-latest", "document": {"type": "file", "file_id": uploaded["id"]}}
    answer = await http.post("/v1/ocr", json=body)
    first, second = answer.json()["pages"]
    assert "Sales grew" in first["markdown"]
    assert first["hyperlinks"] == ["https://a.example/x"]
    assert [block["type"] for block in first["blocks"]] == ["title", "text"]
    assert second["index"] == 1
    assert answer.json()["usage_info"] == {"pages_processed": 2, "doc_size_bytes": len(text)}
    assert answer.headers["x-ratelimit-ocr-pages-query-cost"] == "2"


async def test_ocr_follows_signed_urls_and_picks_pages(http):
    files = {"file": ("a.txt", b"one\ftwo\fthree")}
    file_id = (await http.post("/v1/files", files=files, data={"purpose": "ocr"})).json()["id"]
    url = (await http.get(f"/v1/files/{file_id}/url")).json()["url"]
    document = {"type": "document_url", "document_url": url}
    answer = await http.post("/v1/ocr", json={"model": None, "document": document, "pages": "0,2"})
    assert [page["markdown"] for page in answer.json()["pages"]] == ["one", "three"]


async def test_ocr_annotations_are_json_in_a_string(http):
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
    form = {"type": "json_schema", "json_schema": {"name": "doc", "schema": schema}}
    body = {
        "model": "mistral-ocr-latest",
        "document": {"type": "document_url", "document_url": "data:text/plain,Hello"},
        "document_annotation_format": form,
    }
    answer = (await http.post("/v1/ocr", json=body)).json()
    assert set(json.loads(answer["document_annotation"])) == {"title"}


@pytest.mark.parametrize("address", ["https://nowhere.invalid/a.pdf", "https://[nowhere/a.pdf"])
async def test_ocr_of_an_unreachable_document(http, address):
    document = {"type": "document_url", "document_url": address}
    answer = await http.post("/v1/ocr", json={"model": "mistral-ocr-latest", "document": document})
    assert (answer.status_code, answer.json()["code"]) == (400, "3310")


@pytest.mark.parametrize("form", ["wav", "mp3", "flac", "opus"])
async def test_what_is_spoken_is_transcribed_again(http, form):
    body = {"model": "voxtral-mini-tts-latest", "input": "Bonjour tout le monde. Hello!", "response_format": form}
    spoken = await http.post("/v1/audio/speech", json=body)
    assert spoken.headers["x-ratelimit-input-characters-query-cost"] == str(len(body["input"]))
    audio = b64decode(spoken.json()["audio_data"])
    fields = {"model": "voxtral-mini-latest", "timestamp_granularities": ["segment"], "diarize": "true"}
    files = {"file": (f"a.{form}", audio)}
    written = (await http.post("/v1/audio/transcriptions", files=files, data=fields)).json()
    assert written["text"] == body["input"]
    assert [segment["text"] for segment in written["segments"]] == ["Bonjour tout le monde.", "Hello!"]
    assert [segment["speaker_id"] for segment in written["segments"]] == ["speaker_1", "speaker_2"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/audio/speech", {"input": "x", "ref_audio": "not base64!"}),
        ("/v1/audio/voices", {"name": "x", "sample_audio": "AAA"}),
        ("/v1/ocr", {"model": None, "document": {"type": "document_url", "document_url": "data:;base64,AAA"}}),
        ("/v1/responses", {"model": MODEL, "input": ["text"]}),
    ],
)
async def test_what_cannot_be_decoded_is_a_400(http, path, body):
    assert (await http.post(path, json=body)).status_code == 400


async def test_silence_is_a_single_event(http):
    silence = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(12) + (32000).to_bytes(4, "little") + bytes(32000)
    fields = {"model": "voxtral-mini-latest", "stream": "true"}
    answer = await http.post("/v1/audio/transcriptions", files={"file": ("a.wav", silence)}, data=fields)
    (done,) = events(answer.text)
    assert (done["type"], done["text"], done["usage"]["prompt_audio_seconds"]) == ("transcription.done", "", 1)


async def test_transcription_of_a_stored_file_and_of_nothing(http):
    files = {"file": ("talk.mp3", b"sound" * 100)}
    file_id = (await http.post("/v1/files", files=files, data={"purpose": "ocr"})).json()["id"]
    fields = {"model": "voxtral-mini-latest", "file_id": file_id}
    assert "talk.mp3" in (await http.post("/v1/audio/transcriptions", data=fields)).json()["text"]
    nothing = {"file": ("a", b"")}
    empty = await http.post("/v1/audio/transcriptions", files=nothing, data={"model": "voxtral-mini-latest"})
    assert (empty.status_code, empty.json()["code"]) == (400, "3291")


async def test_transcription_stream_has_named_events_and_no_done_mark(http):
    audio = b64decode((await http.post("/v1/audio/speech", json={"input": "Good evening."})).json()["audio_data"])
    fields = {"model": "voxtral-mini-latest", "stream": "true", "language": "en"}
    answer = await http.post("/v1/audio/transcriptions", files={"file": ("a.mp3", audio)}, data=fields)
    kinds = [event["type"] for event in events(answer.text)]
    assert kinds[0] == "transcription.language"
    assert kinds[-1] == "transcription.done"
    deltas = [event["text"] for event in events(answer.text) if event["type"] == "transcription.text.delta"]
    assert "".join(deltas) == "Good evening."
    assert "[DONE]" not in answer.text
    assert answer.text.startswith("event: transcription.language\ndata: ")


async def test_speech_stream_says_the_same_as_the_whole(http):
    body = {"input": "One two three.", "response_format": "wav"}
    whole = b64decode((await http.post("/v1/audio/speech", json=body)).json()["audio_data"])
    streamed = await http.post("/v1/audio/speech", json={**body, "stream": True})
    parts = events(streamed.text)
    assert b"".join(b64decode(part["audio_data"]) for part in parts[:-1]) == whole
    assert "usage" in parts[-1]


async def test_voices(http):
    created = await http.post(
        "/v1/audio/voices", json={"name": "Ann", "sample_audio": b64encode(b"RIFF" * 20).decode()}
    )
    voice_id = created.json()["id"]
    changed = await http.patch(f"/v1/audio/voices/{voice_id}", json={"age": 40})
    assert (await http.get(f"/v1/audio/voices/{voice_id}")).json() == changed.json()
    assert (await http.get(f"/v1/audio/voices/{voice_id}/sample")).content == b"RIFF" * 20
    listed = (await http.get("/v1/audio/voices", params={"type": "custom"})).json()
    assert (listed["total"], listed["items"][0]["age"]) == (1, 40)
    first = (await http.get("/v2/audio/voices", params={"page_size": 2})).json()
    rest = (await http.get("/v2/audio/voices", params={"page_token": first["next_page_token"]})).json()
    assert (len(first["data"]), len(rest["data"]), rest["next_page_token"]) == (2, 1, None)
    assert (await http.delete(f"/v1/audio/voices/{voice_id}")).json()["name"] == "Ann"
    assert (await http.get(f"/v1/audio/voices/{voice_id}")).status_code == 404
    assert (await http.post("/v1/audio/speech", json={"input": "a", "voice_id": "en_paul_neutral"})).is_success


async def test_null_brings_back_what_a_new_voice_has(http):
    sample = b64encode(b"RIFF" * 20).decode()
    voice = {
        "name": "Ann",
        "sample_audio": sample,
        "age": 40,
        "tags": ["a"],
        "retention_notice": 7,
        "languages": ["fr"],
    }
    url = f"/v1/audio/voices/{(await http.post('/v1/audio/voices', json=voice)).json()['id']}"
    nulls = dict.fromkeys(("name", "age", "tags", "retention_notice", "languages"))
    changed = (await http.patch(url, json=nulls)).json()
    assert changed | {"name": "Ann", "age": None, "tags": None, "retention_notice": 30, "languages": []} == changed


async def test_null_clears_fields_of_an_agent_but_not_what_it_needs(http):
    made = {"model": MODEL, "name": "Ada", "description": "x", "metadata": {"k": "v"}, "guardrails": []}
    url = f"/v1/agents/{(await http.post('/v1/agents', json=made)).json()['id']}"
    nulls = dict.fromkeys(("name", "model", "description", "metadata", "guardrails", "deployment_chat"))
    changed = (await http.patch(url, json=nulls)).json()
    assert changed | {"name": "Ada", "model": MODEL, "description": None, "deployment_chat": False} == changed
    assert (changed["metadata"], changed["guardrails"]) == (None, None)


async def test_shares_are_deleted_with_their_level_as_the_first_version_of_the_api_does(http):
    library = f"/v1/libraries/{(await http.post('/v1/libraries', json={'name': 'Docs'})).json()['id']}/share"
    share = {"level": "Viewer", "share_with_uuid": "u-1", "share_with_type": "User"}
    await http.put(library, json=share)
    assert (await http.request("DELETE", library, json=share)).json()["role"] == "Viewer"
    assert (await http.request("DELETE", library, json={**share, "level": "x"})).status_code == 422


async def test_jobs_are_found_by_their_metadata(http):
    for key in ("a", "b"):
        body = {
            "endpoint": "/v1/embeddings",
            "model": "mistral-embed",
            "requests": [],
            "metadata": {"key": key, "n": 1},
        }
        await http.post("/v1/batch/jobs", json=body)
    for params, count in (({}, 2), ({"key": "a"}, 1), ({"key": "a", "n": "1"}, 1), ({"key": "c"}, 0), ({"m": "a"}, 0)):
        assert (await http.get("/v1/batch/jobs", params=params)).json()["total"] == count


@pytest.mark.parametrize("model", ["mistral-ocr-latest", None])
async def test_documents_may_leave_out_their_type(http, model):
    uploaded = await http.post("/v1/files", files={"file": ("a.txt", b"Sales grew")}, data={"purpose": "ocr"})
    signed = (await http.get(f"/v1/files/{uploaded.json()['id']}/url")).json()["url"]
    for document in (
        {"file_id": uploaded.json()["id"]},
        {"document_url": signed},
        {"image_url": signed},
        {"image_url": {"url": signed}},
    ):
        answer = await http.post("/v1/ocr", json={"model": model, "document": document})
        assert "Sales grew" in answer.json()["pages"][0]["markdown"]
    for document in ({"type": "text", "text": "Sales grew"}, {"type": "file", "document_url": signed}, {}):
        assert (await http.post("/v1/ocr", json={"model": model, "document": document})).status_code == 422


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("/v1/chat/completions", {"model": "mistral-embed", "messages": [USER]}),
        ("/v1/fim/completions", {"model": MODEL, "prompt": "def"}),
        ("/v1/embeddings", {"model": MODEL, "input": "a"}),
        ("/v1/moderations", {"model": MODEL, "input": "a"}),
        ("/v1/ocr", {"model": MODEL, "document": {"document_url": "https://a.example/a.pdf"}}),
        ("/v1/audio/speech", {"model": MODEL, "input": "a"}),
        ("/v1/agents", {"model": "mistral-embed", "name": "Ada"}),
        ("/v1/conversations", {"model": "mistral-embed", "inputs": "a"}),
        ("/v1/responses", {"model": "mistral-embed", "input": "a"}),
    ],
)
async def test_models_of_another_kind_are_refused_unless_any_model_will_do(http, url, body):
    refused = await http.post(url, json=body)
    assert (refused.status_code, refused.json()["code"]) == (400, "1500")
    assert body["model"] in refused.json()["message"]


async def test_newer_models_are_known(http):
    ids = {model["id"] for model in (await http.get("/v1/models")).json()["data"]}
    assert {"mistral-medium-3-5", "voxtral-mini-2602"} <= ids
    answer = await http.post("/v1/chat/completions", json={"model": "mistral-medium-3-5", "messages": [USER]})
    assert answer.is_success


async def test_files_are_there_for_their_purpose(http):
    wrong = await http.post("/v1/files", files={"file": ("a.jsonl", b"{}\n")}, data={"purpose": "poetry"})
    assert wrong.status_code == 422
    uploaded = await http.post("/v1/files", files={"file": ("a.jsonl", b"{}\n")}, data={"purpose": "fine-tune"})
    body = {"endpoint": "/v1/chat/completions", "input_files": [uploaded.json()["id"]], "model": MODEL}
    refused = await http.post("/v1/batch/jobs", json=body)
    assert (refused.status_code, "purpose 'fine-tune'" in refused.json()["message"]) == (400, True)


async def test_libraries_with_documents_and_shares(http, clock):
    created = await http.post("/v1/libraries", json={"name": "Docs"})
    assert created.status_code == 201
    library = f"/v1/libraries/{created.json()['id']}"
    uploaded = await http.post(f"{library}/documents", files={"file": ("a.txt", b"Tea grows in Assam. It rains.")})
    document = f"{library}/documents/{uploaded.json()['id']}"
    states = [(await http.get(f"{document}/status")).json()["process_status"]]
    for _ in range(2):
        clock.advance(0.1)
        states.append((await http.get(f"{document}/status")).json()["process_status"])
    assert states == ["todo", "in_progress", "done"]
    assert (await http.get(document)).json()["summary"] == "Tea grows in Assam."
    assert (await http.get(f"{document}/text_content")).json() == {"text": "Tea grows in Assam. It rains."}
    url = (await http.get(f"{document}/extracted-text-signed-url")).json()
    assert (await http.get(url, headers={"authorization": ""})).text == "Tea grows in Assam. It rains."
    assert (
        await http.get((await http.get(f"{document}/signed-url")).json())
    ).content == b"Tea grows in Assam. It rains."
    assert (await http.get(library)).json()["nb_documents"] == 1
    assert (await http.post(f"{document}/reprocess")).status_code == 204
    assert (await http.get(f"{document}/status")).json()["processing_status"] == "Todo"
    assert (await http.put(document, json={"name": "b.txt"})).json()["name"] == "b.txt"
    assert (await http.patch(document, json={"attributes": {"k": 1}})).json()["attributes"] == {"k": 1}
    page = (await http.get(f"{library}/documents", params={"page_size": 1})).json()
    assert (page["pagination"]["total_items"], page["pagination"]["has_more"]) == (1, False)
    share = {"level": "Viewer", "share_with_uuid": "u-1", "share_with_type": "User"}
    assert (await http.put(f"{library}/share", json=share)).json()["role"] == "Viewer"
    assert len((await http.get(f"{library}/share")).json()["data"]) == 1
    share.pop("level")
    assert (await http.request("DELETE", f"{library}/share", json=share)).is_success
    assert (await http.get(f"{library}/share")).json()["data"] == []
    assert (await http.delete(document)).status_code == 204
    assert (await http.patch(library, json={"description": "x"})).json()["description"] == "x"
    assert (await http.delete(library)).json()["name"] == "Docs"
    assert (await http.get("/v1/libraries")).json()["data"] == []


async def test_agents_with_versions_and_aliases(http):
    made = (await http.post("/v1/agents", json={"model": MODEL, "name": "Ada", "instructions": "Be kind."})).json()
    agent = f"/v1/agents/{made['id']}"
    assert (made["version"], made["versions"], made["completion_args"]["tool_choice"]) == (0, [], "auto")
    changed = (await http.patch(agent, json={"instructions": None, "name": "Eve"})).json()
    assert (changed["version"], changed["versions"], changed["instructions"]) == (1, [0, 1], None)
    assert (await http.put(f"{agent}/aliases", params={"alias": "prod", "version": 0})).json()["version"] == 0
    assert (await http.get(agent, params={"agent_version": "prod"})).json()["name"] == "Ada"
    assert (await http.get(f"{agent}/versions/1")).json()["name"] == "Eve"
    assert [each["version"] for each in (await http.get(f"{agent}/versions")).json()] == [1, 0]
    assert (await http.patch(f"{agent}/version", params={"version": 0})).json()["name"] == "Ada"
    assert [each["alias"] for each in (await http.get(f"{agent}/aliases")).json()] == ["prod"]
    assert (await http.delete(f"{agent}/aliases", params={"alias": "prod"})).status_code == 204
    assert (await http.put(f"{agent}/aliases", params={"alias": "Bad!", "version": 0})).status_code == 422
    assert (await http.get("/v1/agents", params={"name": "Ada"})).json()[0]["id"] == made["id"]
    gone = await http.delete(agent)
    assert (gone.status_code, gone.content, "content-type" in gone.headers) == (204, b"", False)
    assert (await http.get(agent)).status_code == 404


async def test_agent_pages_follow_the_token(http):
    for number in range(5):
        await http.post("/v1/agents", json={"model": MODEL, "name": f"agent {number}"})
    names, token = [], None
    while True:
        params = {"page_size": 2, **({"page_token": token} if token else {})}
        page = (await http.get("/v1/agents/pages", params=params)).json()
        names += [agent["name"] for agent in page["data"]]
        if (token := page["next_page_token"]) is None:
            break
    assert names == [f"agent {number}" for number in reversed(range(5))]


async def test_an_agent_answers_with_its_instructions_and_tools(http):
    tool = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}}}
    body = {"model": MODEL, "name": "w", "instructions": "The capital of France is Paris.", "tools": [tool]}
    agent_id = (await http.post("/v1/agents", json=body)).json()["id"]
    answer = await http.post("/v1/agents/completions", json={"agent_id": agent_id, "messages": [USER]})
    assert "Paris" in answer.json()["choices"][0]["message"]["content"]
    body = {"agent_id": agent_id, "messages": [{"role": "user", "content": "How is the weather?"}], "stream": True}
    last = events((await http.post("/v1/agents/completions", json=body)).text)[-1]
    assert last["choices"][0]["delta"]["tool_calls"][0]["function"]["name"] == "get_weather"


async def test_responses_whole_and_streamed(http):
    body = {"model": MODEL, "input": "Rome is in Italy. Where is Rome?", "reasoning": {"effort": "high"}}
    whole = (await http.post("/v1/responses", json=body)).json()
    reasoning, message = whole["output"]
    assert reasoning["type"] == "reasoning"
    assert message["content"][0]["text"] == "Rome is in Italy."
    frames = events((await http.post("/v1/responses", json={**body, "stream": True})).text)
    assert [frame["sequence_number"] for frame in frames] == list(range(len(frames)))
    assert frames[-1]["type"] == "response.completed"
    text = "".join(frame["delta"] for frame in frames if frame["type"] == "response.output_text.delta")
    assert text == "Rome is in Italy."
    counted = (await http.post("/v1/responses/input_tokens", json={"model": MODEL, "input": body["input"]})).json()
    assert counted["input_tokens"] == whole["usage"]["input_tokens"]


async def test_responses_call_functions(http):
    tool = {
        "type": "function",
        "name": "add",
        "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}},
    }
    body = {"model": MODEL, "input": "Please add 5.", "tools": [tool], "tool_choice": "required"}
    (call,) = (await http.post("/v1/responses", json=body)).json()["output"]
    assert (call["name"], json.loads(call["arguments"])) == ("add", {"a": 5})
    result = {"type": "function_call_output", "call_id": call["call_id"], "output": "12"}
    body["input"] = [{"role": "user", "content": "Please add 5."}, call, result]
    (message,) = (await http.post("/v1/responses", json=body)).json()["output"]
    assert "12" in message["content"][0]["text"]
