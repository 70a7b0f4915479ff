"""What the resources' `run` methods make: a driver for the endpoint, and the plan of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mistral_async.models.conversations import ConversationInputs
from mistral_async.models.messages import MessageInput
from mistral_async.structured._calls import with_format
from mistral_async.structured._reading import format_of
from mistral_async.structured._target import Target, target_of
from mistral_async.tools._chat import ChatDriver
from mistral_async.tools._conversations import ConversationDriver
from mistral_async.tools._deferred import Deferred
from mistral_async.tools._loop import Plan
from mistral_async.tools._options import RunOptions
from mistral_async.tools._run import Run

if TYPE_CHECKING:
    from mistral_async._binding.resource import Async
    from mistral_async.resources.chat import Chat
    from mistral_async.resources.conversations import Conversations


def chat_run(
    chat: Chat[Async],
    messages: str | Sequence[MessageInput] | Deferred,
    model: str,
    response_format: Any,
    options: Mapping[str, Any],
) -> Run[Any]:
    """A run over completions."""
    plan, asked = _split(options)
    target = _target(response_format)
    if target is not None:
        asked["response_format"] = format_of(target)
    driver = ChatDriver(chat.complete, chat.stream, messages, {"model": model, **asked})
    return Run(driver, Plan(target=target, resumed=_resumed(messages), **plan))


def conversation_run(
    conversations: Conversations[Async],
    inputs: ConversationInputs | Deferred | None,
    conversation_id: str | None,
    response_format: Any,
    options: Mapping[str, Any],
) -> Run[Any]:
    """A run in a conversation."""
    plan, asked = _split(options)
    target = _target(response_format)
    if target is not None:
        asked["completion_args"] = with_format(asked.get("completion_args"), target)
    driver = ConversationDriver(conversations, inputs, conversation_id, asked)
    return Run(driver, Plan(target=target, resumed=_resumed(inputs), **plan))


def _split(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is said of the run, and what is said to the API; None is neither."""
    own = RunOptions.__annotations__.keys()
    given = {name: value for name, value in options.items() if value is not None}
    plan = {name: value for name, value in given.items() if name in own}
    return plan, {name: value for name, value in given.items() if name not in own}


def _target(response_format: Any) -> Target[Any] | None:
    return None if response_format is str else target_of(response_format)


def _resumed(given: Any) -> Deferred | None:
    return given if isinstance(given, Deferred) else None
