"""Bodies of audio, responses, fine-tuning, batch, conversations, agents and libraries against the wire."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import get_origin

import msgspec
import mutations
import pytest
from endpoint_values import answers, members
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect

from mistral_async import models
from mistral_async._codec.open_union import decode, members_of

UNIONS = [
    models.Conversation, models.ConversationEvents, models.CreateFineTuningJobResponse, models.FineTuningJobDetails,
    models.ResponsesStreamEvents, models.SpeechStreamEvents, models.TranscriptionStreamEvents,
]  # fmt: skip
ANSWERS = [
    models.Agent, models.AgentAliasResponse, models.AgentListPage, models.BatchJob, models.ListBatchJobsResponse,
    models.DeleteBatchJobResponse, models.ConversationHistory, models.ConversationMessages,
    models.ConversationResponse, models.Document, models.DocumentTextContent, models.ListDocumentsResponse,
    models.ProcessingStatus, models.Library, models.ListLibrariesResponse, models.ListFineTuningJobsResponse,
    models.ListSharingResponse, models.Sharing, models.SpeechResponse, models.TranscriptionResponse,
    models.VoiceListPage, models.VoiceListResponse, models.VoiceResponse, models.CreateResponseResponse,
    models.CountResponseInputTokensResponse,
]  # fmt: skip
PAIRS = [(each, each) for each in ANSWERS] + [(union, member) for union in UNIONS for member in members(union)]
PAIRS += sorted(  # and what every other endpoint answers; vectors are not written as they are read
    {
        (type_, each)
        for type_ in answers().values()
        if get_origin(type_) is not list
        for each in members(type_)
        if each.__struct_fields__  # else nothing can change
    }
    - {*PAIRS, (models.EmbeddingResponse, models.EmbeddingResponse)},
    key=lambda pair: [each.__name__ for each in pair],
)
STRANGE = ["strange", "", 7, -1.5, 1e300, True, "2031-01-01T00:00:00Z"]
RECORDED = [
    (re.compile(r"POST /v1/audio/transcriptions$"), models.TranscriptionResponse, models.TranscriptionStreamEvents),
    (re.compile(r"POST /v1/audio/speech$"), models.SpeechResponse, models.SpeechStreamEvents),
    (re.compile(r"(POST|GET) /v1/batch/jobs(/[^/]+)?$"), models.BatchJob, None),
    (re.compile(r"POST /v1/agents$"), models.Agent, None),
    (
        re.compile(r"POST /v1/conversations(/[^/]+(/restart)?)?$"),
        models.ConversationResponse,
        models.ConversationEvents,
    ),
]
SCHEMAS = Path(__file__).parents[2] / ".." / "shared" / "api" / "schemas.md"


@pytest.mark.parametrize("union", UNIONS, ids=lambda union: union.__name__[:60])
def test_every_member_of_a_union_is_found(union, bodies):
    for member in members_of(union):
        for body in bodies(member):
            assert type(decode(json.dumps(body).encode(), union)) is member


def test_recorded_answers_decode_and_nothing_is_lost(recorded, lost):
    seen = 0
    for exchange in recorded:
        what = f"{exchange['method']} {exchange['path'].partition('?')[0]}"
        for route, returns, yields in RECORDED:
            if route.match(what) is None or exchange["status"] != 200:
                continue
            texts, type_ = [exchange["response_body"]], returns
            if exchange["is_sse"]:
                texts, type_ = re.findall(r"^data: (.*)$", exchange["response_body"], re.MULTILINE), yields
            for text in texts:
                assert lost(json.loads(text), decode(text.encode(), type_)) == [], what
                seen += 1
    assert seen >= 30


def _spots(body, path=()):
    """Every key and index of a body."""
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from _spots(value, (*path, key))


def _at(body, path):
    for key in path:
        body = body[key]
    return body


def _mutate(body, spot, how, value):
    """Change one spot the way an API does; tell whether `value` now stands where a scalar stood."""
    holder, last = _at(body, spot[:-1]), spot[-1]
    scalar = not isinstance(holder[last], (dict, list))
    match how:
        case "add" if isinstance(holder, dict):
            holder["added_tomorrow"] = {"deep": [value]}
        case "drop" if isinstance(holder, dict):
            del holder[last]
        case "null" if scalar or isinstance(holder, dict):
            holder[last] = None
        case "change" if scalar:
            holder[last] = value
            return holder[last] is not None
        case "other kind":
            holder[last] = value
    return False


def _values(value):
    """Every scalar that a user can read."""
    match value:
        case dict():
            for each in value.values():
                yield from _values(each)
        case list():
            for each in value:
                yield from _values(each)
        case _:
            yield value


def mutated(examples):
    """The same property for a number of examples."""

    def of(test):
        test = given(data=st.data())(test)
        test = settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])(test)
        return pytest.mark.parametrize(("type_", "member"), PAIRS, ids=lambda each: each.__name__[:60])(test)

    return of


@mutated(20)
def test_no_mutation_of_an_answer_raises_and_a_new_value_can_be_read(type_, member, data, bodies):
    survives(type_, member, data, bodies)


@pytest.mark.slow
@mutated(100)
def test_no_mutation_of_many_raises_and_a_new_value_can_be_read(type_, member, data, bodies):
    survives(type_, member, data, bodies)


def survives(type_, member, data, bodies):
    """Decode and encode an answer with one change; a new value is not lost."""
    body = copy.deepcopy(data.draw(st.sampled_from(bodies(member)), "body"))
    spots = list(_spots(body))
    spot = data.draw(st.sampled_from(spots), "spot")
    how = data.draw(st.sampled_from(["add", "drop", "null", "change", "other kind"]), "how")
    values = mutations.CONTAINERS if how == "other kind" else [*STRANGE, "tomorrow_7f3a"]
    value = copy.deepcopy(data.draw(st.sampled_from(values), "value"))
    changed = _mutate(body, spot, how, value)
    read = decode(json.dumps(body).encode(), type_)
    again = json.loads(msgspec.json.encode(read))
    if changed and value == "tomorrow_7f3a":
        assert value in set(_values(again))


def _published():
    """The fields of the published schemas of these groups, by name."""
    if not SCHEMAS.exists():
        pytest.skip("no schemas beside the repository")
    text = SCHEMAS.read_text()
    heads = r"### (2\.7|2\.10|2\.11|2\.12|2\.13|2\.14|2\.15|2\.16|responses|audio\.speech|audio\.voices)\b.*?(?=\n### )"
    found = {}
    for section in re.finditer(heads, text, re.DOTALL):
        for line in re.finditer(r"^- \*\*(\w+)\*\*(?: \([^)]*\))?: (`.*)$", section[0], re.MULTILINE):
            found[line[1]] = set(re.findall(r"(?:^|; )`([a-z_]\w*)[*†‡◊]*`:", line[2]))
    return found


ELSEWHERE = {
    # wrappers of the official SDK around an event, which the wire does not have
    "TranscriptionStreamEvents", "ConversationEvents", "SpeechStreamEvents", "ResponsesStreamFrame",
    # the form of an upload
    "DocumentUpload",
}  # fmt: skip
RENAMED = {
    "CreateResponseRequestResponsesToolChoiceFunction": "ResponsesToolChoiceFunction",
    "CountResponseInputTokensRequestResponsesToolChoiceFunction": "ResponsesToolChoiceFunction",
}


def _model(name):
    """The class of a schema; schemas that are the same under several names have one."""
    name = RENAMED.get(name, name)
    if hasattr(models, name):
        return getattr(models, name)
    for prefix in (
        "CreateResponseRequest",
        "CreateResponseResponse",
        "CountResponseInputTokensRequest",
        "ResponsesTextConfig",
    ):
        if hasattr(models, name.removeprefix(prefix)):
            return getattr(models, name.removeprefix(prefix))
    if name.endswith("ResponsesPromptCacheBreakpoint"):
        return models.ResponsesPromptCacheBreakpoint
    if name.endswith("TopLogprob"):
        return models.ResponsesTopLogprob
    return models.ResponsesLogprob if name.endswith("Logprob") else None


def test_every_field_of_the_published_schemas_is_there():
    published = _published()
    assert len(published) > 150
    for name, fields in published.items():
        model = None if name in ELSEWHERE else _model(name)
        if model is None:
            assert name in ELSEWHERE, name
            continue
        ours = getattr(model, "__struct_encode_fields__", None) or model.__annotations__
        assert fields - set(ours) - {"stream"} == set(), name


def _is_untyped(info):
    """Whether a type is any value, a dict of any values, or a list of those."""
    match info:
        case inspect.ListType(item_type=item) | inspect.DictType(value_type=item):
            return _is_untyped(item)
        case inspect.UnionType(types=types):
            return any(map(_is_untyped, types))
        case _:
            return isinstance(info, inspect.AnyType)


OPEN_OBJECTS = {
    ("ConnectorTool", "execution_config"),  # of which a `type` is all that is known
    ("WorkflowExecutionTraceEvent", "attributes"),  # values of any kind
    ("WorkflowExecutionProgressTraceEvent", "attributes"),
    ("WorkflowExecutionTraceSummarySpan", "attributes"),
}


def test_fields_that_have_a_type_in_the_published_schemas_have_one_here():
    text = SCHEMAS.read_text() if SCHEMAS.exists() else pytest.skip("no schemas beside the repository")
    seen = 0
    for line in re.finditer(r"^- \*\*(\w+)\*\*(?: \([^)]*\))?: (`.*)$", text, re.MULTILINE):
        model = getattr(models, line[1], None)
        if not isinstance(model, msgspec.StructMeta):
            continue
        types = {field.encode_name: field.type for field in inspect.type_info(model).fields}
        for field in re.finditer(r"(?:^|; )`([a-z_]\w*)[*†‡◊]*`: ([^;]*)", line[2]):
            kept_whole = (line[1], field[1]) in OPEN_OBJECTS
            if re.search(r"\b[A-Z]\w+[a-z]\w*", field[2]) and field[1] in types and not kept_whole:
                assert not _is_untyped(types[field[1]]), f"{line[1]}.{field[1]} is {field[2]}"
                seen += 1
    assert seen > 100
