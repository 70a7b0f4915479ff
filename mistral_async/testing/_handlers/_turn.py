"""One turn of a conversation: tools, handoffs, function calls, and a message."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from mistral_async.testing._handlers import _completions as completions
from mistral_async.testing._handlers._builtin_tools import ToolExecution, run_builtin_tool
from mistral_async.testing._handlers._prompt import entries, last_text, prompt_tokens
from mistral_async.testing._handlers._words import topics_of
from mistral_async.testing._handlers.agents import AgentStore, completion_args
from mistral_async.testing._json import JSONArray, JSONMapping, JSONObject, Messages
from mistral_async.testing._state import ServerState

_CONNECTOR_TOKENS = 5


class AssistantConfig(msgspec.Struct, kw_only=True):
    """The model or agent that replies in a conversation, and its options."""

    model: str
    agent_id: str | None = None
    agent_name: str = ""
    instructions: str | None = None
    tools: JSONArray = msgspec.field(default_factory=JSONArray)
    arguments: JSONObject = msgspec.field(default_factory=JSONObject)
    handoffs: list[str] = msgspec.field(default_factory=list[str])

    @classmethod
    def of_agent(cls, agent: JSONMapping, arguments: JSONMapping) -> AssistantConfig:
        """Return the configuration of an agent."""
        return cls(
            model=agent["model"],
            agent_id=agent["id"],
            agent_name=agent["name"],
            instructions=agent["instructions"],
            tools=agent["tools"],
            arguments={**completion_args(agent), **arguments},
            handoffs=agent["handoffs"] or [],
        )


class AssistantTurn(msgspec.Struct):
    """The entries that a turn adds, and its usage."""

    outputs: list[JSONObject]
    usage: JSONObject


class TurnRunner:
    """One turn of the assistant."""

    def __init__(
        self,
        state: ServerState,
        setting: AssistantConfig,
        history: Messages,
        *,
        execute_handoffs: bool,
    ) -> None:
        self._state = state
        self._setting = setting
        self._messages = list(messages_of(history, setting.instructions))
        self._execute_handoffs = execute_handoffs
        self._outputs: list[JSONObject] = []
        self._connectors: dict[str, int] = {}

    def turn(self, confirmed: Mapping[str, str] | None = None) -> AssistantTurn:
        """Run tools, handoffs and the reply, until the user must go on."""
        prompt = prompt_tokens(self._messages)
        if self._hand_off() or self._ask_confirmation(confirmed or {}):
            return self._finish(prompt, 0)
        found = self._run_tools(confirmed or {})
        options = {**self._setting.arguments, "tools": self._setting.tools}
        choice = completions.compose(self._state.ids, self._setting.model, self._messages, options)
        if choice.calls:
            for call in choice.calls:
                self._add_call(call["id"], call["function"]["name"], call["function"]["arguments"])
        else:
            text = " ".join(found) if found else choice.text
            self._add_message(text, choice.thoughts)
        return self._finish(prompt, choice.tokens)

    def _hand_off(self) -> bool:
        agents = self._state.store(AgentStore)
        prompt = topics_of(last_text(self._messages))
        for agent_id in self._setting.handoffs:
            agent = agents.get(agent_id)
            if not topics_of(agent["name"].replace("-", " ").replace("_", " ")) & prompt:
                continue
            names = {"previous_agent_id": self._setting.agent_id, "previous_agent_name": self._setting.agent_name}
            self._add("agent.handoff", "handoff", **names, next_agent_id=agent["id"], next_agent_name=agent["name"])
            self._setting = AssistantConfig.of_agent(agent, {})
            others = [message for message in self._messages if message["role"] != "system"]
            own = self._setting.instructions
            self._messages = [{"role": "system", "content": own}, *others] if own else others
            return not self._execute_handoffs
        return False

    def _ask_confirmation(self, confirmed: Mapping[str, str]) -> bool:
        for tool in self._setting.tools:
            wanted = entries(tool.get("tool_configuration") or {}, "requires_confirmation")
            if tool["type"] in wanted and not confirmed and run_builtin_tool(self._state, tool, self._messages):
                arguments = json.dumps({"query": last_text(self._messages)}, ensure_ascii=False)
                self._add_call(self._state.ids.short(), tool["type"], arguments, confirmation_status="pending")
                return True
        return False

    def _run_tools(self, confirmed: Mapping[str, str]) -> list[str]:
        if "deny" in confirmed.values():
            return ["The call of the tool was denied."]
        found: list[str] = []
        for tool in self._setting.tools:
            if (execution := run_builtin_tool(self._state, tool, self._messages)) is None:
                continue
            self._add_execution(execution)
            self._connectors[execution.name] = self._connectors.get(execution.name, 0) + 1
            found.append(execution.text)
            if execution.chunks:
                self._add_message([{"type": "text", "text": execution.text}, *execution.chunks], [])
        return found if not self._outputs or self._outputs[-1]["type"] != "message.output" else [""]

    def _add_execution(self, execution: ToolExecution) -> None:
        shown = {
            "name": execution.name,
            "arguments": execution.arguments,
            "function": execution.name,
            "info": execution.info,
        }
        self._add("tool.execution", "tool_exec", **self._author(), **shown)

    def _add_call(self, call_id: str, name: str, arguments: str, **extra: Any) -> None:
        self._add(
            "function.call", "fc", **self._author(), tool_call_id=call_id, name=name, arguments=arguments, **extra
        )

    def _add_message(self, content: Any, thoughts: Sequence[str]) -> None:
        if not content:
            return
        if thoughts:
            thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "".join(thoughts)}], "closed": True}
            content = [thinking, {"type": "text", "text": content}]
        self._add("message.output", "msg", **self._author(), role="assistant", content=content)

    def _add(self, kind: str, prefix: str, **fields: Any) -> None:
        self._outputs.append(make_entry(self._state, kind, prefix, fields))

    def _author(self) -> JSONObject:
        agent = {"agent_id": self._setting.agent_id} if self._setting.agent_id else {}
        return {"model": self._setting.model, **agent}

    def _finish(self, prompt: int, completion: int) -> AssistantTurn:
        usage: JSONObject = {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        }
        if self._connectors:
            extra = _CONNECTOR_TOKENS * sum(self._connectors.values())
            usage |= {
                "total_tokens": prompt + completion + extra,
                "connector_tokens": extra,
                "connectors": self._connectors,
            }
        return AssistantTurn(self._outputs, usage)


def make_entry(state: ServerState, kind: str, prefix: str, fields: JSONMapping) -> JSONObject:
    """Return an entry with its type, id and times."""
    now = state.calendar.iso()
    head = {"object": "entry", "type": kind, "created_at": now, "completed_at": now, "id": state.ids.prefixed(prefix)}
    return {**head, **fields}


def messages_of(history: Messages, instructions: str | None) -> Iterator[JSONObject]:
    """Convert the entries of a conversation to chat messages."""
    if instructions:
        yield {"role": "system", "content": instructions}
    for entry in history:
        match entry["type"]:
            case "message.input" | "message.output":
                yield {"role": entry.get("role", "assistant"), "content": entry["content"]}
            case "function.call":
                function = {"name": entry["name"], "arguments": entry["arguments"]}
                yield {
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [{"id": entry["tool_call_id"], "function": function}],
                }
            case "function.result":
                name = next(
                    (
                        e["name"]
                        for e in history
                        if e["type"] == "function.call" and e["tool_call_id"] == entry["tool_call_id"]
                    ),
                    None,
                )
                yield {"role": "tool", "content": entry["result"], "tool_call_id": entry["tool_call_id"], "name": name}
            case _:
                pass


def costs_of(turn: AssistantTurn) -> dict[str, int]:
    """Return what the rate limits are charged for a turn."""
    costs = {"tokens": turn.usage["prompt_tokens"] + turn.usage["completion_tokens"]}
    return costs | {name.replace("_", "-"): count for name, count in turn.usage.get("connectors", {}).items()}
