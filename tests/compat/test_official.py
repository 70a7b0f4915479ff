"""The official SDK itself, where it is installed: `compat` has its methods, and it can talk to the fake server."""

from __future__ import annotations

import inspect
import itertools
import json
import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from mistral_async import SyncMistral, compat
from mistral_async.compat._names import FOR_ONE_CALL, GROUPS, own_name
from mistral_async.compat._pages import WITH_NEXT
from mistral_async.testing import FakeMistral

pytest.importorskip("mistralai.client", reason="the official SDK is not installed")
pytest.importorskip("httpx2", reason="the official SDK is an older one")

from mistralai.client import Mistral as Official
from mistralai.client.basesdk import BaseSDK
from mistralai.client.utils import marshal_json

# Parameters that are meant to be absent, with the reason.
ABSENT = {
    "additional_properties": "an option of every call: they become fields of the body",
    "kwargs": "each has its own name",
    "request": "its fields are the parameters; a whole one is taken, too",
    "request_body": "the same",
    "evaluation_run_filter_input": "the same",
    "security": "the client has the key; one of a call is taken, too",
}
# Attributes of groups that call nothing; two make clients of other packages.
NO_CALLS = {"sdk_configuration", "parent_ref", "do_request", "dynamic_import", "http_client", "mcp_client"}
# Methods that are meant to be absent, with the reason.
ONLY_OFFICIAL = {
    "audio.sessions.init": "opens a microphone and speakers",
}


def methods(found: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Find the methods of the official client that call the API, by their paths; those for asyncio have no own line."""
    groups = getattr(type(found), "_sub_sdk_map", {})
    for name in sorted({*dir(type(found)), *vars(found), *groups}):
        if name.startswith("_") or name in NO_CALLS:
            continue
        try:
            value = getattr(found, name)
        except ImportError:  # what needs an extra
            continue
        if isinstance(value, BaseSDK):
            yield from methods(value, f"{path}{name}.")
        elif inspect.ismethod(value) and not name.endswith("_async"):
            yield f"{path}{name}", value


THEIRS = dict(methods(Official(api_key="key")))


@pytest.fixture(scope="module")
def ours():
    return compat.Mistral("key")


def at(client: Any, path: str) -> Any:
    for name in path.split("."):
        client = getattr(client, name)
    return client


def test_the_official_client_was_walked():
    assert len(THEIRS) >= 307
    assert {"chat.complete", "beta.libraries.documents.upload", "workflows.executions.stream"} <= THEIRS.keys()


@pytest.mark.parametrize("path", [path for path in THEIRS if path not in ONLY_OFFICIAL])
def test_every_method_is_there_with_its_parameters(path, ours):
    known = inspect.signature(at(ours, path)).parameters
    assert inspect.signature(at(ours, f"{path}_async")).parameters.keys() == known.keys()
    wanted = inspect.signature(THEIRS[path]).parameters.keys() - ABSENT
    assert {name for name in wanted if own_name(name, known) not in known} == set()
    assert set(FOR_ONE_CALL) <= known.keys()


def test_what_is_meant_to_be_absent_is(ours):
    assert ONLY_OFFICIAL.keys() <= THEIRS.keys()
    for path in ONLY_OFFICIAL:
        group, _, name = path.rpartition(".")
        assert not hasattr(at(ours, group), name)


def test_groups_with_two_names(ours):
    for name, path in GROUPS.items():
        group = ".".join(path)
        theirs = {each.removeprefix(f"{name}.") for each in THEIRS if each.startswith(f"{name}.")}
        assert theirs == {each.removeprefix(f"{group}.") for each in THEIRS if each.startswith(f"{group}.")}


def test_pages_that_know_the_next_one():
    """Translation, rule 4."""
    returned = {path: inspect.signature(method).return_annotation for path, method in THEIRS.items()}
    assert {
        path
        for path, annotation in returned.items()
        if any("next" in getattr(each, "model_fields", {}) for each in (annotation, *get_args(annotation)))
    } == WITH_NEXT.keys()


# The official client on the fake server: each of its methods is called once, what creates before what needs it.

FIRST = ("create", "register", "upload", "start", "schedule", "execute", "import", "ingest")
LISTS = ("list", "search", "get_workflows")
LAST = ("unarchive", "unshare", "close", "unregister", "cancel", "terminate", "unschedule", "stop")


class Sky(BaseModel):
    blue: bool


MODELS = {
    "audio.speech": "voxtral-mini-tts-2603",
    "audio.transcriptions": "voxtral-mini-latest",
    "classifiers": "mistral-moderation-latest",
    "embeddings": "mistral-embed",
    "fim": "codestral-latest",
    "ocr": "mistral-ocr-latest",
}
TEXT = "a-text"  # as long as names must be
HI = [{"role": "user", "content": "Hello"}]
# Values of parameters that no rule of their types finds.
VALUES: dict[str, Any] = {
    "file": {"file_name": "a.jsonl", "content": b'{"custom_id": "1", "body": {"messages": []}}\n'},
    "messages": HI,
    "index_type": "ann",
    "field_name": "trace_id",
    "source_id": "doc",
    "chunk_id": "doc-0",
    "consumer_scope": "workspace",
    "tool_name": "echo",
    "workflow_identifier": "approval",
    "workflow_name": "approval",
    "event_id": 1,
}
# Parameters, and a group, whose ids come under another name.
OTHER_NAMES = {"event_source_id": "webhook_id", "agents": "beta.agents"}
# Arguments that a call needs, although they are optional.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "audio.transcriptions.complete": {"file_url": "https://a.example/speech.wav"},
    "audio.transcriptions.stream": {"file_url": "https://a.example/speech.wav"},
    "beta.agents.create_version_alias": {"alias": TEXT, "version": 0},
    "beta.agents.get_version": {"version": "0"},
    "beta.agents.update_version": {"version": 0},
    "beta.context.search_indexes.ingest_documents": {"documents": [{"id": "doc", "content": "One. Two."}]},
    "audio.voices.create": {"sample_audio": "UklGRg=="},
    "batch.jobs.create": {"model": "mistral-small-latest", "requests": [{"body": {"messages": HI}}]},
    "beta.conversations.start": {"model": "mistral-small-latest"},
    "beta.conversations.start_stream": {"model": "mistral-small-latest"},
    "classifiers.moderate_chat": {"inputs": HI},
    "chat.parse": {"response_format": Sky, "model": "mistral-small-latest", "messages": HI},
    "chat.parse_stream": {"response_format": Sky, "model": "mistral-small-latest", "messages": HI},
    "beta.observability.evaluations.runs.search_all": {"evaluation_run_filter_input": {}},
    "files.upload": {"purpose": "batch"},
    "workflows.execute_workflow_and_wait": {"workflow_identifier": "echo", "use_api_sync": True},
    "workflows.schedules.schedule_workflow": {"workflow_identifier": "approval"},
}


def first_entry(walk: Walk) -> dict[str, Any]:
    conversation_id = walk.id("conversation_id", "beta.conversations")
    history = walk.client.beta.conversations.get_history(conversation_id=conversation_id)
    return {"from_entry_id": history.entries[0].id}


def first_role(walk: Walk) -> dict[str, Any]:
    roles = walk.client.beta.service_accounts.list_assignable_roles(workspace_id=walk.id("workspace_id", "") or TEXT)
    return {"role_ids": [roles.items[0].uuid]}


def first_deployment(walk: Walk) -> dict[str, Any]:
    listed = walk.client.workflows.deployments.list_deployments(active_only=False)
    return {"deployment_id": listed.deployments[0].id}


def latest_run(walk: Walk) -> dict[str, Any]:
    found = walk.client.workflows.runs.list_runs()
    return {"run_id": getattr(found, "result", found).executions[0].run_id}


def first_registration(walk: Walk) -> dict[str, Any]:
    found = walk.client.workflows.get_workflow_registrations()
    return {"workflow_registration_id": getattr(found, "result", found).workflow_registrations[0].id}


def new_execution(walk: Walk) -> dict[str, Any]:
    return {"execution_id": walk.client.workflows.execute_workflow(workflow_identifier="approval").execution_id}


def ended_execution(walk: Walk) -> dict[str, Any]:
    made = walk.client.workflows.execute_workflow(workflow_identifier="echo", wait_for_result=True)
    return {"execution_id": made.execution_id}


# Arguments that the server knows.
ASKED_FOR: dict[str, Callable[[Walk], dict[str, Any]]] = {
    "beta.conversations.restart": first_entry,
    "beta.conversations.restart_stream": first_entry,
    "beta.service_accounts.set_roles": first_role,
    "workflows.deployments.unharden_deployment": first_deployment,
    "workflows.execute_workflow_registration": first_registration,
    "workflows.get_workflow_registration": first_registration,
    "workflows.executions.cancel_workflow_execution": new_execution,
    "workflows.executions.terminate_workflow_execution": new_execution,
    "workflows.runs.get_run": latest_run,
    "workflows.runs.get_run_history": latest_run,
    "workflows.wait_for_workflow_completion": ended_execution,
}


def order(path: str) -> tuple[int, int, int, str]:
    """Sort what creates before what needs it, what ends after it; parents outlive their children."""
    name = path.rpartition(".")[2]
    ranks = [(FIRST, 0), (LISTS, 1), (LAST, 3), (("delete",), 4), (("",), 2)]
    rank = next(rank for names, rank in ranks if name.startswith(names))
    sign = 1 if rank < 3 else -1
    return rank, sign * path.count("."), sign * len(name), path


class Walk:
    """Calls of a client, with arguments that are made by the official types, and with the ids that came before."""

    def __init__(self, client: Any, key: str) -> None:
        self.client = client
        self.key = key
        self.ids: dict[tuple[str, str], Any] = {}
        """Ids by the group that they come from, and the name of the parameter that takes them."""

    def call(self, path: str) -> Any:
        method = at(self.client, path)
        needed = {
            name: each.annotation
            for name, each in inspect.signature(THEIRS[path]).parameters.items()
            if each.default is each.empty and each.kind is not each.VAR_KEYWORD
        }
        group, given = path.rpartition(".")[0], ARGUMENTS.get(path, {})
        if path in ASKED_FOR:
            given = ASKED_FOR[path](self)
        made = {name: self.argument(name, each, group) for name, each in needed.items() if name not in given}
        arguments = {**made, **given}
        if not isinstance(self.client, Official):
            arguments = {name: plain(value) for name, value in arguments.items()}
        answer = method(**arguments)
        if isinstance(answer, Iterator) or hasattr(answer, "__next__"):
            answer = list(answer)
        self.keep(path, answer)
        return answer

    def argument(self, name: str, annotation: Any, group: str) -> Any:
        if name == "security":
            key = next(iter(get_args(annotation)[0].model_fields))
            return {key: self.key}
        if name == "model":
            return MODELS.get(group, "mistral-small-latest")
        if name in VALUES:
            return VALUES[name]
        return found if (found := self.id(name, group)) else self.value(annotation, name)

    def id(self, name: str, group: str) -> str | None:
        """Return an id that came before, best of the same group or of one near to it."""
        name, group = OTHER_NAMES.get(name, name), OTHER_NAMES.get(group, group)
        found = {where: value for (where, each), value in self.ids.items() if each == name}
        near = sorted(found, key=lambda where: (where == group, where.split(".")[:2] == group.split(".")[:2]))
        return found[near[-1]] if near else None

    def keep(self, path: str, answer: Any) -> None:
        """Remember the ids of what was created, or of the first that is listed, by the names that parameters have."""
        group, _, name = path.rpartition(".")
        if not name.startswith((*FIRST, *LISTS)) or not hasattr(answer, "model_dump"):
            return
        content = (answer.result if hasattr(answer, "next") else answer).model_dump(mode="json")
        parent, what, noun = map(singular, (*f".{group}".split(".")[-2:], name.partition("_")[2]))
        own = [f"{noun}_id", f"{what}_{noun}_id"] if noun not in {"", "all"} else [f"{what}_id", f"{parent}_{what}_id"]
        names = [*own, "id"]
        for key, value in (first_of(content) if name.startswith(LISTS) else content).items():
            if isinstance(value, str) and (key.endswith("_id") or key == "id"):
                for each in names if key == "id" else [key]:
                    if name.startswith(FIRST) or not self.id(each, group):
                        self.ids[group, each] = value

    def value(self, annotation: Any, name: str = "") -> Any:
        origin, args = get_origin(annotation), get_args(annotation)
        if origin is Literal:
            return args[0]
        if origin in (Union, types.UnionType):
            return self.value(next(each for each in args if each is not type(None)), name)
        if hasattr(annotation, "__metadata__"):
            return self.value(args[0], name)
        if hasattr(annotation, "__value__"):  # an alias
            return self.value(annotation.__value__, name)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {}
        if isinstance(origin, type) and issubclass(origin, Iterable):
            return [self.value(args[0], name)]
        if isinstance(annotation, type) and issubclass(annotation, Enum):
            return next(iter(annotation))
        if hasattr(annotation, "model_fields"):
            needed = {key: each for key, each in annotation.model_fields.items() if each.is_required()}
            return annotation(
                **{each.alias or key: self.argument(key, each.annotation, "") for key, each in needed.items()}
            )
        if annotation is datetime:
            return datetime(2031, 1, 2, tzinfo=UTC)
        scalars = {str: TEXT, int: 1, float: 1.0, bool: True, bytes: b"{}"}
        return scalars.get(annotation, TEXT)


def singular(noun: str) -> str:
    return re.sub("(ie)?s$", lambda found: "y" if found[1] else "", noun)


def first_of(value: Any) -> dict[str, Any]:
    """Return the first object of the first list that is not empty in an answer."""
    if isinstance(value, list):
        return value[0] if value and isinstance(value[0], dict) else {}
    inside = value.values() if isinstance(value, dict) else ()
    return next((found for each in inside if (found := first_of(each))), {})


def plain(value: Any) -> Any:
    """Return what the official client would send, as dicts and lists."""
    if isinstance(value, BaseModel):
        return json.loads(marshal_json(value, type(value)))
    return [plain(each) for each in value] if isinstance(value, list) else value


def fine_tuned(server: FakeMistral) -> str:
    """Make a model to change and to delete."""
    with SyncMistral(server.api_key, server_url=server.url) as client:
        file = client.files.upload(("a.jsonl", b'{"messages": []}\n'), purpose="fine-tune", check=False)
        job = client.fine_tuning.jobs.create(model="mistral-small-latest", training_files=[file.id], auto_start=True)
        return client.fine_tuning.jobs.wait(job.id).fine_tuned_model


def observed(server: FakeMistral) -> dict[tuple[str, str], str]:
    """Make a chat, and return the ids of its trace, and of the runs of evaluations that every server has."""
    with SyncMistral(server.api_key, server_url=server.url) as client:
        client.chat.complete(model="mistral-small-latest", messages=HI)
        evaluations = client.beta.observability.evaluations
        span = client.beta.observability.spans.search_spans().to_list()[0]
        run = evaluations.runs.search_all().to_list()[0]
        record = evaluations.records.search(run.id).to_list()[0]
    found = {
        "evaluations": {"project_slug": run.project.slug, "evaluation_slug": run.evaluation.slug},
        "evaluations.runs": {"run_id": run.id},
        "evaluations.records": {"run_id": run.id, "record_id": record.id},
        "traces": {"trace_id": span.trace_id, "span_id": span.span_id},
    }
    return {(f"beta.observability.{group}", name): each for group, ids in found.items() for name, each in ids.items()}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of methods that have a newer name
@pytest.mark.parametrize("client", [Official, compat.Mistral], ids=["official", "compat"])
def test_each_of_its_methods_can_be_called(client):
    failed: dict[str, str] = {}
    done: set[str] = set()
    with FakeMistral(any_model=True) as server:
        walk = Walk(client(api_key=server.api_key, server_url=server.url), server.api_key)
        walk.ids["models", "model_id"] = fine_tuned(server)
        walk.ids.update(observed(server))
        paths = sorted(THEIRS.keys() - ONLY_OFFICIAL.keys(), key=order)
        for _, some in itertools.groupby(paths, key=lambda path: order(path)[0]):
            for path in (batch := list(some)) + batch:  # what creates may need what another creates
                if path in failed or path not in done:
                    failed.pop(path, None)
                    done.add(path)
                    try:
                        walk.call(path)
                    except Exception as error:  # noqa: BLE001 - each is told of
                        failed[path] = f"{error.__class__.__name__}: {error}"
    assert failed == {}
