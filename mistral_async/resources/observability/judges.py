"""Judges: models that judge conversations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.request import Call, Pages, RetrySafety, delete, get, post, put
from mistral_async.models.observability.judges import (
    Judge,
    JudgeListOptions,
    JudgeOutput,
    JudgeOutputUnion,
    ListJudgesResponse,
)
from mistral_async.resources.observability._lists import by_number

_ALL = "/v1/observability/judges"
_ONE = "/v1/observability/judges/{}"


class Judges(Resource[M]):
    """Judges: models that judge conversations."""

    @endpoint
    def list(self, **options: Unpack[JudgeListOptions]) -> Pages[Judge, ListJudgesResponse]:
        """List judges."""
        return by_number("judges", _ALL, query=options, returns=ListJudgesResponse)

    @endpoint
    def create(
        self,
        *,
        name: str,
        description: str,
        model_name: str,
        output: JudgeOutputUnion | JSONMapping,
        instructions: str,
        tools: Sequence[str],
    ) -> Call[Judge]:
        """Create a judge: its name has 5 to 50 characters, and `tools` are the names of those that it may use."""
        return post(_ALL, json=_judge(name, description, model_name, output, instructions, tools), returns=Judge)

    @endpoint
    def delete(self, judge_id: str) -> Call[None]:
        """Delete a judge."""
        return delete(_ONE, judge_id)

    @endpoint
    def fetch(self, judge_id: str) -> Call[Judge]:
        """Get a judge."""
        return get(_ONE, judge_id, returns=Judge)

    @endpoint
    def update(
        self,
        judge_id: str,
        *,
        name: str,
        description: str,
        model_name: str,
        output: JudgeOutputUnion | JSONMapping,
        instructions: str,
        tools: Sequence[str],
    ) -> Call[None]:
        """Replace a judge: what is given is all that it is."""
        json = _judge(name, description, model_name, output, instructions, tools)
        return put(_ONE, judge_id, json=json, returns=None)

    @endpoint
    def judge_conversation(
        self, judge_id: str, *, messages: Sequence[JSONMapping], properties: JSONMapping | None = None
    ) -> Call[JudgeOutput]:
        """Have a judge judge a conversation."""
        json = {"messages": messages, "properties": properties}
        return post(f"{_ONE}/live-judging", judge_id, json=json, returns=JudgeOutput, safety=RetrySafety.BILLED)


def _judge(
    name: str,
    description: str,
    model_name: str,
    output: JudgeOutputUnion | JSONMapping,
    instructions: str,
    tools: Sequence[str],
) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "model_name": model_name,
        "output": output,
        "instructions": instructions,
        "tools": tools,
    }
