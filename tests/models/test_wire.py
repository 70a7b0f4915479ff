"""Models against the wire: everything that is received can be read, and what is sent back is what came."""

from __future__ import annotations

import json

from mistral_async._codec.json_encode import encode
from mistral_async._codec.open_union import Unknown, decode
from mistral_async.models import (
    AssistantMessage,
    BaseModelCard,
    ChatCompletionResponse,
    CompletionChunk,
    ContentChunk,
    CreateFileResponse,
    EmbeddingResponse,
    FTModelCard,
    GetFileResponse,
    Message,
    ModelList,
    ModerationResponse,
    OCRResponse,
    TextChunk,
    UsageInfo,
)

ANSWERS = {
    "/v1/chat/completions": (ChatCompletionResponse, CompletionChunk),
    "/v1/fim/completions": (ChatCompletionResponse, CompletionChunk),
    "/v1/agents/completions": (ChatCompletionResponse, CompletionChunk),
    "/v1/embeddings": (EmbeddingResponse, None),
    "/v1/moderations": (ModerationResponse, None),
    "/v1/chat/moderations": (ModerationResponse, None),
    "/v1/ocr": (OCRResponse, None),
    "/v1/files": (CreateFileResponse, None),
    "/v1/models": (ModelList, None),
}


def test_recorded_answers_decode_and_nothing_is_lost(recorded, lost):
    seen = 0
    for exchange in recorded:
        returns, yields = ANSWERS.get(exchange["path"].partition("?")[0], (None, None))
        if returns is None or exchange["status"] != 200:
            continue
        if exchange["is_sse"]:
            pairs = [
                (line[6:], yields) for line in exchange["response_body"].splitlines() if line.startswith("data: {")
            ]
        else:
            pairs = [(exchange["response_body"], returns)]
        for text, type_ in pairs:
            body = json.loads(text)
            assert lost(body, decode(text.encode(), type_)) == [], exchange["source"]
            seen += 1
    assert seen > 700


def test_recorded_messages_can_be_sent_again(recorded, lost):
    for exchange in recorded:
        for message in (exchange["request_body"] or {}).get("messages", ()):
            read = decode(json.dumps(message).encode(), Message)
            assert not isinstance(read, Unknown)
            assert lost({k: v for k, v in message.items() if v is not None}, read) == []
            sent = json.loads(encode(read))
            assert {k: v for k, v in sent.items() if k != "tool_calls"} == {
                k: v for k, v in message.items() if v is not None and k != "tool_calls"
            }


def test_an_unknown_chunk_comes_back_unchanged():
    hologram = {"type": "hologram", "planes": [1, {"z": None}]}
    body = {"role": "assistant", "content": [{"type": "text", "text": "see"}, hologram]}
    message = decode(json.dumps(body).encode(), AssistantMessage)
    assert message.content == [TextChunk("see"), hologram]
    assert message.content[1].type == "hologram"
    assert message.text == "see"
    assert json.loads(encode(message)) == body


def test_an_unknown_role_and_an_unknown_tag_are_kept():
    assert decode(b'[{"role":"narrator","content":"once"}]', list[Message]) == [
        Unknown(role="narrator", content="once")
    ]
    assert decode(b'[{"type":"smell"}]', list[ContentChunk]) == [Unknown(type="smell")]


def test_unknown_fields_are_not_sent_back():
    message = decode(b'{"role":"assistant","content":"hi","mood":"fine"}', AssistantMessage)
    assert json.loads(encode(message)) == {"role": "assistant", "content": "hi"}


def test_what_is_absent_stays_absent():
    chunk = decode(b'{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"}"}}]}}]}', CompletionChunk)
    call = chunk.choices[0].delta.tool_calls[0]
    assert (call.id, call.index, call.function.name, call.function.arguments) == (None, None, "", "}")
    assert chunk.usage is None
    assert chunk.choices[0].finish_reason is None


def test_the_text_null_as_an_id_is_what_the_wire_has():
    body = b'{"message":{"tool_calls":[{"id":"null","function":{"name":"f","arguments":{"a":1}}}]}}'
    answer = decode(b'{"choices":[%b]}' % body, ChatCompletionResponse)
    call = answer.choices[0].message.tool_calls[0]
    assert call.id == "null"
    assert call.function.parsed() == {"a": 1}


def test_a_model_without_a_type_is_a_base_model():
    listed = decode(
        b'{"data":[{"id":"mistral-tiny","owned_by":"m","root":null,"parent":null,"permission":[{"id":"p"}]},'
        b'{"id":"ft","job":"j","root":"r","archived":false},{"id":"mistral-tiny","type":"base"},'
        b'{"TYPE":"fine-tuned","job":"k"}]}',
        ModelList,
    )
    assert [type(card) for card in listed.data] == [BaseModelCard, FTModelCard, BaseModelCard, FTModelCard]
    assert listed.data[0].permission == [{"id": "p"}]


def test_cached_tokens_in_every_spelling():
    spellings = [
        '{"num_cached_tokens":5}',
        '{"prompt_tokens_details":{"cached_tokens":5},"prompt_token_details":null}',
        '{"prompt_token_details":{"cached_tokens":5}}',
    ]
    assert [decode(each.encode(), UsageInfo).cached_tokens for each in spellings] == [5, 5, 5]
    assert UsageInfo().cached_tokens is None


def test_a_file_without_a_size_and_an_integral_float():
    file = decode(b'{"id":"f","bytes":null,"created_at":1.0,"num_lines":3.0,"purpose":"dreams"}', GetFileResponse)
    assert (file.size_bytes, file.bytes, file.created_at, file.num_lines, file.purpose) == (None, None, 1, 3, "dreams")
    assert file.created_at_datetime.isoformat() == "1970-01-01T00:00:01+00:00"
    assert file.expires_at_datetime is None
