"""Tools: functions and MCP servers that a model may ask for, and the runs that call them.

Knows structured output, results and models, and no resource: `run` hands in the endpoints that it asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._lazy import lazy

if TYPE_CHECKING:
    from mistral_async.tools._conversation import Conversation as Conversation
    from mistral_async.tools._conversation import estimated_tokens as estimated_tokens
    from mistral_async.tools._conversation import mistral_tokens as mistral_tokens
    from mistral_async.tools._deferred import Deferred as Deferred
    from mistral_async.tools._deferred import DeferredCall as DeferredCall
    from mistral_async.tools._events import Handoff as Handoff
    from mistral_async.tools._events import RunEvent as RunEvent
    from mistral_async.tools._events import RunFinished as RunFinished
    from mistral_async.tools._events import RunResult as RunResult
    from mistral_async.tools._events import ServerToolFinished as ServerToolFinished
    from mistral_async.tools._events import ServerToolStarted as ServerToolStarted
    from mistral_async.tools._events import StepFinished as StepFinished
    from mistral_async.tools._events import TextDelta as TextDelta
    from mistral_async.tools._events import ThinkingDelta as ThinkingDelta
    from mistral_async.tools._events import ToolFinished as ToolFinished
    from mistral_async.tools._events import ToolStarted as ToolStarted
    from mistral_async.tools._function import Context as Context
    from mistral_async.tools._mcp import MCP as MCP
    from mistral_async.tools._run import Run as Run
    from mistral_async.tools._tool import Tool as Tool
    from mistral_async.tools._tool import ToolError as ToolError
    from mistral_async.tools._tool import tool as tool
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "mistral_async.tools._conversation": "Conversation estimated_tokens mistral_tokens",
            "mistral_async.tools._deferred": "Deferred DeferredCall",
            "mistral_async.tools._events": """
                Handoff RunEvent RunFinished RunResult ServerToolFinished ServerToolStarted StepFinished TextDelta
                ThinkingDelta ToolFinished ToolStarted
            """,
            "mistral_async.tools._function": "Context",
            "mistral_async.tools._mcp": "MCP",
            "mistral_async.tools._run": "Run",
            "mistral_async.tools._tool": "Tool ToolError tool",
        },
    )
