"""Judges."""

from __future__ import annotations

from http import HTTPStatus

from mistral_async.testing._call import FakeCall
from mistral_async.testing._handlers._collection import Collection
from mistral_async.testing._handlers._paging import by_link
from mistral_async.testing._handlers.observability._kept import OWNED, error_of
from mistral_async.testing._handlers.observability._verdict import verdict
from mistral_async.testing._json import JSONMapping
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route

_GROUP = "beta.observability.judges"


def _listed(call: FakeCall, judge: JSONMapping) -> bool:
    types, models = call.texts("type_filter"), call.texts("model_filter")
    return (not types or judge["output"]["type"] in types) and (not models or judge["model_name"] in models)


judges = Collection(
    "/v1/observability/judges", _GROUP, "Judge", unique=("name",), fields=OWNED, error=error_of("JUDGE")
)
judges.create(body="JudgeDefinition", status=HTTPStatus.CREATED)
judges.list(by_link("judges"), search={"q": "name"}, where=_listed)
judges.get("fetch")
judges.update("PUT", body="JudgeDefinition", status=HTTPStatus.NO_CONTENT)
judges.delete()


@route(
    "POST",
    f"{judges.one}/live-judging",
    f"{_GROUP}.judge_conversation",
    body="messages*: list[dict]; properties: dict?",
)
def judge_conversation(call: FakeCall) -> Reply:
    """Judge a conversation."""
    return json_reply(verdict(judges.find(call), call.body["messages"]))
