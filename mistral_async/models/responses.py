"""The Responses API: items in, items out, in the form that OpenAI made common. Times are seconds since 1970."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping, JSONObject
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._fallback import FallbackOptions
from mistral_async.models._model import Answer, Model, Moment
from mistral_async.models.responses_items import (
    ResponsesInputItem,
    ResponsesOutputItem,
    ResponsesOutputMessage,
    ResponsesTool,
    ResponsesToolChoiceFunction,
)

ResponsesToolChoice: TypeAlias = Literal["none", "auto", "required"]
ResponsesEffort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
ResponsesVerbosity: TypeAlias = Literal["low", "medium", "high"]
ResponsesResponseStatus: TypeAlias = Literal["completed", "failed", "in_progress", "cancelled", "queued", "incomplete"]
"""The known states of an answer."""


class ResponsesFormatText(Model, gc=False):
    """Any text."""

    type: Literal["text"] = constant("text")


class ResponsesFormatJSONObject(Model, gc=False):
    """A JSON object."""

    type: Literal["json_object"] = constant("json_object")


class ResponsesFormatTextJSONSchemaConfig(Model):
    """JSON that fits a schema."""

    name: str
    schema: JSONObject
    description: str | None = None
    strict: bool | None = None
    """True if the answer must fit the schema exactly."""
    type: Literal["json_schema"] = constant("json_schema")


ResponsesFormat: TypeAlias = OpenUnion[
    ResponsesFormatText | ResponsesFormatJSONObject | ResponsesFormatTextJSONSchemaConfig
]


class ResponsesTextConfig(Model):
    """The form of the text."""

    format: ResponsesFormat | None = None
    verbosity: ResponsesVerbosity | str | None = None


class ResponsesSupportedReasoning(Model, gc=False):
    """The settings of the model's reasoning."""

    effort: ResponsesEffort | str | None = None


class ResponsesError(Model, kw_only=True, gc=False):
    """The reason for which an answer failed."""

    code: str = ""
    """Such as `server_error` or `rate_limit_exceeded`."""
    message: str = ""


class ResponsesIncompleteDetails(Model, kw_only=True, gc=False):
    """The reason for which an answer is cut off."""

    reason: str | None = None
    """`max_output_tokens`, `content_filter`, or a newer one."""


class ResponsesInputTokensDetails(Model, kw_only=True, gc=False):
    """The tokens of the input, by kind."""

    cached_tokens: int = 0
    """Read from the prompt cache."""
    cache_write_tokens: int = 0


class ResponsesOutputTokensDetails(Model, kw_only=True, gc=False):
    """The tokens of the output, by kind."""

    reasoning_tokens: int = 0


class ResponsesUsage(Model, kw_only=True):
    """The cost of an answer in tokens."""

    input_tokens: int = 0
    input_tokens_details: ResponsesInputTokensDetails = field(default_factory=ResponsesInputTokensDetails)
    output_tokens: int = 0
    output_tokens_details: ResponsesOutputTokensDetails = field(default_factory=ResponsesOutputTokensDetails)
    total_tokens: int = 0


class CreateResponseResponse(Model, kw_only=True, metaclass=Answer):
    """The answer."""

    id: str = ""
    created_at: float | None = None
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    completed_at: float | None = None
    completed_at_datetime: ClassVar[Moment] = Moment("completed_at")
    model: str = ""
    output: list[ResponsesOutputItem] = field(default_factory=list[ResponsesOutputItem])
    status: str | None = None
    """One of `ResponsesResponseStatus`, or a newer one."""
    error: ResponsesError | None = None
    incomplete_details: ResponsesIncompleteDetails | None = None
    usage: ResponsesUsage | None = None
    instructions: str | None = None
    metadata: dict[str, str] | None = None
    parallel_tool_calls: bool = True
    tool_choice: OpenUnion[str | ResponsesToolChoiceFunction] = ""
    """One of `ResponsesToolChoice`, or the function that had to be called."""
    tools: list[ResponsesTool] = field(default_factory=list[ResponsesTool])
    temperature: float | None = None
    top_p: float | None = None
    background: bool | None = None
    max_output_tokens: int | None = None
    max_tool_calls: int | None = None
    previous_response_id: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    """`in_memory`, `24h`, or a newer one."""
    reasoning: ResponsesSupportedReasoning | None = None
    safety_identifier: str | None = None
    service_tier: str | None = None
    text: ResponsesTextConfig | None = None
    top_logprobs: int | None = None
    truncation: str | None = None
    """`auto`, `disabled`, or a newer one."""
    user: str | None = None
    object: Literal["response"] = constant("response")

    @property
    def output_text(self) -> str:
        """The text of the answer."""
        return "".join(item.text for item in self.output if isinstance(item, ResponsesOutputMessage))


class CountResponseInputTokensResponse(Model, kw_only=True, gc=False):
    """The number of tokens of an input."""

    input_tokens: int = 0
    object: Literal["response.input_tokens"] = constant("response.input_tokens")


ResponsesInput: TypeAlias = str | Sequence[ResponsesInputItem | JSONMapping]
"""Text, or items. What an answer holds in `output` may be among them."""


class ResponseInputOptions(TypedDict, total=False):
    """The context of the input, and the model's settings. None is not sent."""

    instructions: str | None
    """The system prompt."""
    tools: Sequence[ResponsesTool | JSONMapping] | None
    """Functions and built-in tools that the model may call."""
    tool_choice: ResponsesToolChoice | str | ResponsesToolChoiceFunction | JSONMapping | None
    """`auto`, `none`, `required`, or the tool that must be called."""
    parallel_tool_calls: bool | None
    """True if one answer may ask for several calls, which is the default."""
    reasoning: ResponsesSupportedReasoning | JSONMapping | None
    """How long a reasoning model thinks, and what it shows of that."""
    text: ResponsesTextConfig | JSONMapping | None
    """The form of the text."""
    truncation: Literal["disabled"] | None
    """What is left out of an input that is too long: `disabled` (the default) refuses it."""
    previous_response_id: str | None
    """Not supported by the server so far: send the items themselves."""
    conversation: str | JSONMapping | None
    """Not supported by the server so far."""
    prompt: JSONMapping | None
    """Not supported by the server so far."""


class ResponseOptions(ResponseInputOptions, FallbackOptions, total=False):
    """Options of an answer. None is not sent."""

    max_output_tokens: int | None
    """The most tokens of the answer, reasoning included."""
    temperature: float | None
    """From 0 to 1.5; the model's own unless given."""
    top_p: float | None
    """Above 0, at most 1."""
    top_logprobs: int | str | None
    """The number of alternatives to get for each token."""
    max_tool_calls: int | None
    """The most calls of built-in tools."""
    metadata: Mapping[str, str] | None
    """Data of yours that is kept with the request."""
    prompt_cache_key: str | None
    """Requests with one key share the cache of their common beginning."""
    moderation: JSONMapping | None
    """How the answer is moderated."""
    background: bool | None
    """The server takes only false."""
    store: bool | None
    """The server takes only false."""


class CreateResponseRequest(ResponseOptions):
    """Everything that `responses.create` takes: `create(**request)`."""

    model: Required[str]
    input: Required[ResponsesInput]


class CountResponseInputTokensRequest(ResponseInputOptions):
    """Everything that `responses.count_input_tokens` takes."""

    model: Required[str]
    input: Required[ResponsesInput]
