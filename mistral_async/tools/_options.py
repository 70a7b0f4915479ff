"""What can be said of a run: options shared by runs over chats and in conversations. None is the default."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from mistral_async.models.chat import SamplingOptions, SharedOptions
from mistral_async.models.conversations import ConversationStartOptions

if TYPE_CHECKING:
    from mistral_async.tools._execute import Confirm, OnToolError
    from mistral_async.tools._toolbox import ToolLike


class RunOptions(TypedDict, total=False):
    """How a run goes."""

    tools: Sequence[ToolLike] | None
    """Functions, `Tool`s, `MCP` servers, and definitions of tools that run elsewhere."""
    max_steps: int | None
    """How many answers the model may give: 10."""
    context: Any
    """What the tools get as `Context.data`."""
    confirm: Confirm | None
    """Decides on calls that need it: True, False, a text (no, and why), or None to let them wait."""
    on_tool_error: OnToolError | None
    """`"message"` (the default) tells the model of a tool's exception, `"raise"` ends the run with it; a function of
    the exception and the call returns what the model is told."""
    repair: int | None
    """How often the model may correct a final answer that is not of the type: not at all."""


class ChatRunOptions(RunOptions, SharedOptions, SamplingOptions, total=False):
    """How a run goes, and what is said in each of its requests. A forced `tool_choice` forces the first answer only."""


class ConversationRunOptions(RunOptions, ConversationStartOptions, total=False):
    """How a run goes, and what is said when its conversation starts."""
