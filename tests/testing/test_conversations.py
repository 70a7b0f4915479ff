"""Conversations: entries, tools, hand-overs and functions, whole and as events."""

from __future__ import annotations

import json

import pytest

MODEL = "mistral-small-latest"
URL = "/v1/conversations"
FUNCTION = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}


def events(text):
    frames = [frame.split("\n") for frame in text.removesuffix("\n\n").split("\n\n")]
    for event, data in frames:
        assert event.removeprefix("event: ") == json.loads(data.removeprefix("data: "))["type"]
    return [json.loads(data.removeprefix("data: ")) for _, data in frames]


async def start(http, inputs, **options):
    body = {"inputs": inputs, **({} if "agent_id" in options else {"model": MODEL}), **options}
    answer = await http.post(URL, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json() if not options.get("stream") else events(answer.text)


async def test_a_conversation_and_its_history(http):
    begun = await start(http, "Assam grows tea. What grows in Assam?", name="Tea", metadata={"k": 1})
    (message,) = begun["outputs"]
    assert (message["type"], message["content"], message["role"]) == ("message.output", "Assam grows tea.", "assistant")
    assert begun["guardrails"] is None
    url = f"{URL}/{begun['conversation_id']}"
    await http.post(url, json={"inputs": [{"role": "user", "content": "And who said tea?"}]})
    entries = (await http.get(f"{url}/history")).json()["entries"]
    assert [entry["type"] for entry in entries] == ["message.input", "message.output"] * 2
    assert (await http.get(f"{url}/messages")).json()["messages"] == entries
    card = (await http.get(url)).json()
    assert (card["model"], card["name"], card["object"]) == (MODEL, "Tea", "conversation")
    assert (await http.get(URL, params={"metadata": '{"k":1}'})).json() == [card]
    assert (await http.get(URL, params={"metadata": '{"k":2}'})).json() == []
    assert (await http.delete(url)).status_code == 204
    assert (await http.get(url)).status_code == 404


async def test_restart_shares_the_entries_up_to_one(http):
    begun = await start(http, "First question here?")
    url = f"{URL}/{begun['conversation_id']}"
    await http.post(url, json={"inputs": "Second?"})
    body = {"from_entry_id": begun["outputs"][0]["id"], "inputs": "Other second?"}
    other = (await http.post(f"{url}/restart", json=body)).json()
    assert other["conversation_id"] != begun["conversation_id"]
    entries = (await http.get(f"{URL}/{other['conversation_id']}/history")).json()["entries"]
    assert [entry["content"] for entry in entries if entry["type"] == "message.input"] == [
        "First question here?",
        "Other second?",
    ]
    assert (await http.post(f"{url}/restart", json={"from_entry_id": "msg_none"})).status_code == 404


async def test_what_is_not_stored_is_not_found(http):
    begun = await start(http, "hi", store=False)
    assert (await http.get(f"{URL}/{begun['conversation_id']}")).status_code == 404
    kept = await start(http, "hi")
    url = f"{URL}/{kept['conversation_id']}"
    await http.post(url, json={"inputs": "not kept", "store": False})
    assert len((await http.get(f"{url}/history")).json()["entries"]) == 2


async def test_model_or_agent(http):
    assert (await http.post(URL, json={"inputs": "x"})).status_code == 400
    assert (await http.post(URL, json={"inputs": "x", "model": MODEL, "agent_id": "a"})).status_code == 400
    assert (await http.post(URL, json={"inputs": "x", "agent_id": "ag_none"})).status_code == 404


@pytest.mark.parametrize("stream", [False, True])
async def test_code_is_run(http, stream):
    result = await start(
        http, "Use the code interpreter to calculate 21 * 2.", tools=[{"type": "code_interpreter"}], stream=stream
    )
    if not stream:
        execution, message = result["outputs"]
        assert (execution["type"], execution["info"]["code_output"]) == ("tool.execution", "42\n")
        assert message["content"] == "42"
        usage = result["usage"]
    else:
        kinds = [event["type"] for event in result]
        assert kinds[:2] == ["conversation.response.started", "tool.execution.started"]
        assert result[1]["arguments"] == ""
        arguments = "".join(event["arguments"] for event in result if event["type"] == "tool.execution.delta")
        assert json.loads(arguments) == {"code": "21 * 2"}
        done = next(event for event in result if event["type"] == "tool.execution.done")
        assert done["info"]["code"] == "21 * 2"
        assert "arguments" not in done
        assert kinds[-1] == "conversation.response.done"
        usage = result[-1]["usage"]
    assert usage["connectors"] == {"code_interpreter": 1}
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] + usage["connector_tokens"]


async def test_functions_are_called_and_their_results_answered(http):
    begun = await start(http, "What is the weather in Paris?", tools=[FUNCTION])
    (call,) = begun["outputs"]
    assert (call["type"], call["name"], json.loads(call["arguments"])) == (
        "function.call",
        "get_weather",
        {"city": "Paris"},
    )
    result = {"type": "function.result", "tool_call_id": call["tool_call_id"], "result": "sunny"}
    after = (await http.post(f"{URL}/{begun['conversation_id']}", json={"inputs": [result]})).json()
    assert "get_weather returned: sunny" in after["outputs"][0]["content"]


async def test_functions_as_events(http):
    frames = await start(http, "weather in Paris?", tools=[FUNCTION], stream=True)
    pieces = [frame for frame in frames if frame["type"] == "function.call.delta"]
    assert json.loads("".join(piece["arguments"] for piece in pieces)) == {"city": "Paris"}
    assert len({piece["tool_call_id"] for piece in pieces}) == 1


async def test_text_as_events(http):
    frames = await start(http, "Tea is green. What is green?", stream=True)
    deltas = [frame for frame in frames if frame["type"] == "message.output.delta"]
    assert "".join(frame["content"] for frame in deltas) == "Tea is green."
    assert {(frame["output_index"], frame["content_index"], frame["role"]) for frame in deltas} == {(0, 0, "assistant")}


async def test_search_and_pictures_come_with_chunks(http):
    tools = [{"type": "web_search"}, {"type": "image_generation"}]
    found = await start(http, "Search the web for tea", tools=tools)
    assert [chunk["type"] for chunk in found["outputs"][1]["content"]] == ["text", "tool_reference"]
    drawn = await start(http, "Draw a picture of tea", tools=tools)
    chunk = drawn["outputs"][1]["content"][1]
    assert chunk["type"] == "tool_file"
    picture = await http.get(f"/v1/files/{chunk['file_id']}/content")
    assert picture.content.startswith(b"\x89PNG")
    frames = await start(http, "Draw a picture of tea", tools=tools, stream=True)
    contents = [frame["content"] for frame in frames if frame["type"] == "message.output.delta"]
    assert isinstance(contents[0], str)
    assert isinstance(contents[-1], dict)


async def test_documents_of_a_library_are_read(http, clock):
    library = (await http.post("/v1/libraries", json={"name": "L"})).json()["id"]
    await http.post(
        f"/v1/libraries/{library}/documents", files={"file": ("a.txt", b"Oolong is half oxidised. Rain falls.")}
    )
    tools = [{"type": "document_library", "library_ids": [library]}]
    before = await start(http, "How is oolong oxidised?", tools=tools)
    clock.advance(1)
    after = await start(http, "How is oolong oxidised?", tools=tools)
    assert [entry["type"] for entry in before["outputs"]] == ["message.output"]
    assert after["outputs"][-1]["content"][0]["text"] == "Oolong is half oxidised."


async def test_a_tool_that_must_be_confirmed(http):
    tool = {"type": "web_search", "tool_configuration": {"requires_confirmation": ["web_search"]}}
    for answer, expected in (("allow", "tool.execution"), ("deny", "message.output")):
        begun = await start(http, "Search the web for tea", tools=[tool])
        (call,) = begun["outputs"]
        assert (call["type"], call["confirmation_status"]) == ("function.call", "pending")
        confirmation = {"tool_call_id": call["tool_call_id"], "confirmation": answer}
        url = f"{URL}/{begun['conversation_id']}"
        after = (await http.post(url, json={"tool_confirmations": [confirmation]})).json()
        assert after["outputs"][0]["type"] == expected


@pytest.mark.parametrize("execution", ["server", "client"])
async def test_agents_hand_over(http, execution):
    async def agent(**body):
        return (await http.post("/v1/agents", json={"model": MODEL, **body})).json()["id"]

    finance = await agent(name="finance-agent", instructions="Rates are 4 percent.")
    desk = await agent(name="desk", handoffs=[finance])
    result = await start(http, "A finance question: what are rates?", agent_id=desk, handoff_execution=execution)
    handoff, *rest = result["outputs"]
    assert (handoff["type"], handoff["previous_agent_id"], handoff["next_agent_name"]) == (
        "agent.handoff",
        desk,
        "finance-agent",
    )
    assert [entry["content"] for entry in rest] == (["Rates are 4 percent."] if execution == "server" else [])
    frames = await start(http, "A finance question: what are rates?", agent_id=desk, stream=True)
    assert [frame["type"] for frame in frames[1:3]] == ["agent.handoff.started", "agent.handoff.done"]


async def test_headers_of_limits(http):
    body = {"model": MODEL, "inputs": "What is 2 * 3?", "tools": [{"type": "code_interpreter"}]}
    answer = await http.post(URL, json=body)
    limits = {name for name in answer.headers if "ratelimit" in name}
    assert limits == {"x-ratelimit-limit-tokens-minute", "x-ratelimit-remaining-tokens-minute"}
