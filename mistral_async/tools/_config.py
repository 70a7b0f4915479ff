"""The settings of one run, taken out of the options that its request has too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from mistral_async._codec.counts import check_count, set_plain_numbers
from mistral_async.structured._output_type import OutputType, output_type_of
from mistral_async.tools._deferred import Deferred
from mistral_async.tools._options import ToolRunOptions
from mistral_async.tools._runner import Confirm, OnToolError
from mistral_async.tools._toolbox import ToolLike


class RunConfig(msgspec.Struct, kw_only=True):
    """The settings of a run; raises `ValueError` for those that could not run."""

    output_type: OutputType[Any] | None
    """The type of the final answer; None for text."""
    resumed: Deferred | None
    """The run that this one goes on with."""
    tools: Sequence[ToolLike] = ()
    max_steps: int = 10
    context: Any = None
    confirm: Confirm | None = None
    on_tool_error: OnToolError = "message"
    repair: int = 0

    def __post_init__(self) -> None:
        set_plain_numbers(self, ("max_steps", "repair"))
        check_count("max_steps", self.max_steps)
        if self.repair < 0:
            raise ValueError(f"repair must be 0 or more, not {self.repair}")
        if self.on_tool_error not in {"message", "raise"} and not callable(self.on_tool_error):
            raise ValueError(f"on_tool_error must be 'message', 'raise' or a function, not {self.on_tool_error!r}")
        undecided = [call.id for call in self.resumed.calls if call.decision is None] if self.resumed else []
        if undecided:
            raise ValueError(f"nothing was decided on {', '.join(undecided)}: allow(), deny() or resolve() them")


def split_options(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options of the run and those of its requests; None is neither."""
    own = ToolRunOptions.__annotations__.keys()
    given = {name: value for name, value in options.items() if value is not None}
    run = {name: value for name, value in given.items() if name in own}
    return run, {name: value for name, value in given.items() if name not in own}


def output_type_or_text(response_format: object) -> OutputType | None:
    """Return the type of the final answer; None for `str`, which is the text as it is."""
    return None if response_format is str else output_type_of(response_format)
