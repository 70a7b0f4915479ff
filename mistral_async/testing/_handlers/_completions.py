"""Completions of the chat family: composed once, then written whole or as a stream, so that both agree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from mistral_async.testing._errors import invalid_argument
from mistral_async.testing._handlers._guardrails import guardrail_results
from mistral_async.testing._handlers._prompt import (
    audio_count,
    content_text,
    last_text,
    pieces_of,
    prompt_tokens,
    section,
)
from mistral_async.testing._handlers._schema_instance import instance_of
from mistral_async.testing._handlers._text import reply_to, thoughts_on
from mistral_async.testing._handlers._tool_calls import function_calls
from mistral_async.testing._ids import Ids
from mistral_async.testing._json import JSONMapping, JSONObject, Messages
from mistral_async.testing._reply import DONE, EVENT_STREAM, Reply, data_event, json_reply
from mistral_async.testing._state import ServerState

AUDIO_SECONDS = 3
AUDIO_TOKENS = 375  # for each 30 seconds
_CACHE_BLOCK = 16
_SAFE_PROMPT_TOKENS = 40
_PADDING = "abcdefghijklmnopqrstuvwxyz0123456789"
_KEY = re.compile(r"`(\w+)`")


class Choice(msgspec.Struct):
    """One choice of a completion, in pieces of the size of tokens."""

    thoughts: list[str]
    pieces: list[str]
    calls: list[JSONObject]
    finish_reason: str
    echo: str = ""
    """The `prefix` of the request, which the answer begins with; it is no part of what was completed."""

    @property
    def tokens(self) -> int:
        """Return the number of completion tokens."""
        arguments = sum(len(pieces_of(call["function"]["arguments"])) + 1 for call in self.calls)
        return len(self.thoughts) + len(self.pieces) + arguments

    @property
    def text(self) -> str:
        """Return the text without the thinking."""
        return self.echo + "".join(self.pieces)


class FakeCompletion(msgspec.Struct, kw_only=True):
    """All choices of one request, and their usage."""

    id: str
    created: int
    model: str
    choices: list[Choice]
    usage: JSONObject
    guardrails: list[JSONObject]

    @property
    def costs(self) -> dict[str, int]:
        """Return what the rate limits are charged; cached tokens are free."""
        usage = self.usage
        cached: int = usage["prompt_tokens_details"]["cached_tokens"]
        costs = {"tokens": usage["prompt_tokens"] + usage["completion_tokens"] - cached}
        if "prompt_audio_seconds" in usage:
            costs["audio-seconds"] = usage["prompt_audio_seconds"]
        return costs


class PromptCacheStore:
    """The prompt cache keys seen so far."""

    def __init__(self, _state: ServerState) -> None:
        self._seen: set[str] = set()

    def cached(self, key: str | None, tokens: int) -> int:
        """Return how many tokens of a prompt come from the cache."""
        if key is None:
            return 0
        known = key in self._seen
        self._seen.add(key)
        return tokens // _CACHE_BLOCK * _CACHE_BLOCK if known else 0


def complete(state: ServerState, model: str, messages: Messages, options: JSONMapping) -> FakeCompletion:
    """Complete a chat."""
    check_order(messages)
    if options.get("logprobs") or options.get("top_logprobs"):
        raise invalid_argument("logprobs is not enabled for this model")
    choices = [compose(state.ids, model, messages, options, number) for number in range(options.get("n") or 1)]
    return build_completion(state, model, messages, options, choices)


def build_completion(
    state: ServerState, model: str, messages: Messages, options: JSONMapping, choices: list[Choice]
) -> FakeCompletion:
    """Return a completion of `choices` with id, usage and guardrails."""
    return FakeCompletion(
        id=state.ids.hex32(),
        created=state.calendar.unix(),
        model=model,
        choices=choices,
        usage=_usage(state, messages, options, sum(choice.tokens for choice in choices)),
        guardrails=guardrail_results(messages, options),
    )


def check_order(messages: Messages) -> None:
    """Raise 400 unless the last message is one that an assistant replies to."""
    role = messages[-1].get("role") if messages else "nobody"
    if role in ("user", "tool", "system") or (role == "assistant" and messages[-1].get("prefix")):
        return
    message = f"Expected last role User or Tool (or Assistant with prefix True) for serving but got {role}"
    raise invalid_argument(message, kind="invalid_request_message_order", code="3230")


def compose(ids: Ids, model: str, messages: Messages, options: JSONMapping, number: int = 0) -> Choice:
    """Compose one choice; `number` makes several choices differ."""
    echo = prefix_of(messages)
    thoughts = pieces_of(thoughts_on(messages)) if _reasons(model, options) and not echo else []
    if wanted := function_calls(messages, options):
        choice = _choice_with_calls(ids, thoughts, wanted, options.get("max_tokens"))
    else:
        choice = truncate(_text(messages, options, number).removeprefix(echo), options, thoughts)
    choice.echo = echo
    return choice


def prefix_of(messages: Messages) -> str:
    """Return the text that the last message has the answer begin with."""
    last: JSONMapping = messages[-1] if messages else {}
    return content_text(last.get("content")) if last.get("prefix") else ""


def truncate(text: str, options: JSONMapping, thoughts: Sequence[str] = ()) -> Choice:
    """Return a choice of `text`, ended by `stop` or `max_tokens` where they apply."""
    limit = options.get("max_tokens")
    pieces = pieces_of(_until_stop(text, options.get("stop")))
    if limit is None or len(thoughts) + len(pieces) <= limit:
        return Choice(list(thoughts), pieces, [], "stop")
    kept = list(thoughts[:limit])
    return Choice(kept, pieces[: limit - len(kept)], [], "length")


def _choice_with_calls(ids: Ids, thoughts: list[str], wanted: Sequence[tuple[str, str]], limit: int | None) -> Choice:
    calls: list[JSONObject] = []
    for index, (name, arguments) in enumerate(wanted):
        function = {"name": name, "arguments": arguments}
        calls.append({"id": ids.short(), "type": "function", "function": function, "index": index})
    choice = Choice(thoughts, [], calls, "tool_calls")
    if limit is not None and choice.tokens > limit:
        # The real API sends calls with truncated arguments then.
        calls[-1]["function"]["arguments"] = "".join(pieces_of(calls[-1]["function"]["arguments"])[:limit])
        choice.finish_reason = "length"
    return choice


def _reasons(model: str, options: JSONMapping) -> bool:
    effort = options.get("reasoning_effort")
    if options.get("prompt_mode") == "reasoning" or effort not in (None, "none"):
        return True
    return model.startswith("magistral") and effort != "none"


def _text(messages: Messages, options: JSONMapping, number: int) -> str:
    wanted = section(options, "response_format")
    prompt = last_text(messages)
    match wanted.get("type", "text"):
        case "json_schema":
            schema = section(wanted, "json_schema").get("schema")
            return json.dumps(instance_of(schema, prompt), ensure_ascii=False)
        case "json_object":
            keys = _KEY.findall(prompt) or ["answer"]
            return json.dumps(dict.fromkeys(keys, reply_to(messages)), ensure_ascii=False)
        case _:
            text = reply_to(messages)
            return f"{text} ({number + 1})" if number else text


def _until_stop(text: str, stop: str | Sequence[str] | None) -> str:
    stops = [stop] if isinstance(stop, str) else stop or []
    ends = [text.index(each) for each in stops if each and each in text]
    return text[: min(ends)] if ends else text


def _usage(state: ServerState, messages: Messages, options: JSONMapping, completion: int) -> JSONObject:
    prompt = prompt_tokens(messages) + (_SAFE_PROMPT_TOKENS if options.get("safe_prompt") else 0)
    details: JSONObject = {
        "cached_tokens": state.store(PromptCacheStore).cached(options.get("prompt_cache_key"), prompt)
    }
    usage: JSONObject = {
        "prompt_tokens": prompt,
        "total_tokens": prompt + completion,
        "completion_tokens": completion,
    }
    if audio := audio_count(messages):
        details["audio_tokens"] = AUDIO_TOKENS * audio
        usage = {"prompt_audio_seconds": AUDIO_SECONDS * audio, **usage}
        usage["total_tokens"] += AUDIO_TOKENS * audio
    return {**usage, "prompt_tokens_details": details, "service_tier": "standard"}


def completion_reply(completion: FakeCompletion) -> Reply:
    """Return the completion as one JSON object."""
    body = {
        "id": completion.id,
        "created": completion.created,
        "model": completion.model,
        "usage": completion.usage,
        "object": "chat.completion",
        "choices": [
            {"index": index, "finish_reason": choice.finish_reason, "message": message_of(choice)}
            for index, choice in enumerate(completion.choices)
        ],
    }
    # The key exists only if the request has guardrails.
    reply = json_reply({**body, "guardrails": completion.guardrails} if completion.guardrails else body)
    reply.costs, reply.completion_tokens = completion.costs, completion.usage["completion_tokens"]
    return reply


def message_of(choice: Choice) -> JSONObject:
    """Return the assistant's message; its content is a list only if there is thinking."""
    content: Any = choice.text
    if choice.thoughts:
        text = [{"type": "text", "text": choice.text}] if choice.text else []
        content = [_thinking("".join(choice.thoughts), closed=True), *text]
    return {"role": "assistant", "tool_calls": choice.calls or None, "content": content}


def stream_reply(completion: FakeCompletion) -> Reply:
    """Return the completion as events: choices take turns, and the very last event has the usage."""
    reply = Reply(media=EVENT_STREAM, events=_events(completion))
    reply.costs, reply.completion_tokens = completion.costs, completion.usage["completion_tokens"]
    return reply


def _events(completion: FakeCompletion) -> Iterator[bytes]:
    head = {
        "id": completion.id,
        "object": "chat.completion.chunk",
        "created": completion.created,
        "model": completion.model,
    }
    rows = _interleave([list(deltas_of(choice)) for choice in completion.choices])
    for number, (index, delta, finish) in enumerate(rows):
        chunk: JSONObject = {**head, "choices": [{"index": index, "delta": delta, "finish_reason": finish}]}
        if number == len(rows) - 1:
            chunk["usage"] = completion.usage
        if number:
            chunk["p"] = _PADDING[: 1 + number * 7 % len(_PADDING)]
        yield data_event(chunk)
    yield DONE


def _interleave(choices: list[list[JSONObject]]) -> list[tuple[int, JSONObject, str | None]]:
    rows: list[tuple[int, JSONObject, str | None]] = []
    for turn in range(max(map(len, choices))):
        for index, deltas in enumerate(choices):
            if turn < len(deltas):
                delta = deltas[turn]
                rows.append((index, delta, delta.pop("finish_reason", None)))
    return rows


def deltas_of(choice: Choice) -> Iterator[JSONObject]:
    """Yield the deltas of one choice; the last one has `finish_reason` too."""
    yield {"role": "assistant", "content": choice.echo}
    if choice.thoughts:
        yield {"content": ""}
        for number, thought in enumerate(choice.thoughts[:-1]):
            yield {"content": [_thinking(thought, closed=number > 0)]}
        first = [{"type": "text", "text": choice.pieces[0]}] if choice.pieces else []
        yield {"content": [_thinking(choice.thoughts[-1], closed=True), *first]}
    pieces = choice.pieces[1:] if choice.thoughts else choice.pieces
    for piece in pieces[:-1]:
        yield {"content": piece}
    last: JSONObject = {"tool_calls": choice.calls} if choice.calls else {"content": pieces[-1] if pieces else ""}
    yield {**last, "finish_reason": choice.finish_reason}


def _thinking(text: str, *, closed: bool) -> JSONObject:
    chunk: JSONObject = {"type": "thinking", "thinking": [{"type": "text", "text": text}]}
    return {**chunk, "closed": True} if closed else chunk
