"""The options of runs, and those over chats. None is the default."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from mistral_async.models.chat import SamplingOptions, SharedOptions

if TYPE_CHECKING:
    from mistral_async.tools._runner import Confirm, OnToolError
    from mistral_async.tools._toolbox import ToolLike


class ToolRunOptions(TypedDict, total=False):
    """The options of a run itself."""

    tools: Sequence[ToolLike] | None
    """Functions, `Tool`s, `MCP` servers, and definitions of tools that others run."""
    max_steps: int | None
    """The number of answers that the model may give; 10 by default."""
    context: Any
    """The tools get it as `Context.data`."""
    confirm: Confirm | None
    """Decides on calls that need it: True, False, a text (no, and why), or None to let them wait."""
    on_tool_error: OnToolError | None
    """`"message"` (the default) tells the model of a tool's exception, `"raise"` ends the run with it; a function of
    the exception and the call returns the text that the model gets."""
    repair: int | None
    """The number of times that the model may correct a final answer that is not of the type; 0 by default."""


class ChatRunOptions(ToolRunOptions, SharedOptions, SamplingOptions, total=False):
    """The options of a run over a chat, and of its requests. A forced `tool_choice` forces the first answer only."""
