"""Chat completions: what is asked (`ChatOptions`), the answer, and the chunks of a stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import msgspec
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSON, JSONMapping, JSONObject
from mistral_async._codec.open_union import constant
from mistral_async.models._fallback import FallbackOptions
from mistral_async.models._model import Answer, Model, Moment
from mistral_async.models.content import ContentChunk, text_of, thinking_of
from mistral_async.models.enums import (
    FinishReason,
    MistralPromptMode,
    ReasoningEffort,
    RequestedServiceTier,
    ToolChoiceEnum,
)
from mistral_async.models.formats import Prediction, ResponseFormatInput, response_format_of
from mistral_async.models.guardrails import GuardrailConfig, GuardrailResult
from mistral_async.models.messages import AssistantMessage
from mistral_async.models.tools import AnyTool, ToolCall, ToolChoice, tool_choice_of
from mistral_async.models.usage import UsageInfo


class SharedOptions(TypedDict, total=False):
    """Options of all completions. None is not sent."""

    max_tokens: int | None
    """The most tokens of the answer. With the prompt, at most the model's context. No limit of its own unless given."""
    min_tokens: int | None
    """The least tokens of the answer."""
    stop: str | Sequence[str] | None
    """Texts at which the answer ends; they are not part of it."""
    random_seed: int | None
    """Makes sampling repeatable."""
    metadata: JSONMapping | None
    """Data of yours that is kept with the request."""
    tool_choice: ToolChoice | ToolChoiceEnum | JSONMapping | None
    """`auto`, `none`, `any`, `required`, or the function that must be called."""
    parallel_tool_calls: bool | None
    """True if one answer may ask for several calls, which is the default."""
    presence_penalty: float | None
    """From -2 to 2."""
    frequency_penalty: float | None
    """From -2 to 2."""
    repetition_penalty: float | None
    """How much repeated tokens are made less likely; 1 changes nothing."""
    top_k: int | None
    """Sample from this many of the most likely tokens only."""
    logprobs: bool | None
    """True to get the log probabilities of the tokens."""
    top_logprobs: int | None
    """The number of alternatives to get for each token."""
    prompt_logprobs: bool | None
    """True to get the log probabilities of the prompt's tokens."""
    top_prompt_logprobs: int | None
    """The number of alternatives to get for each token of the prompt."""
    prediction: Prediction | JSONMapping | None
    """Text that the answer will largely repeat."""
    reasoning_effort: ReasoningEffort | None
    """`none` to `max`: how long a reasoning model thinks before it answers."""
    prompt_mode: MistralPromptMode | None
    """`reasoning` puts the system prompt of reasoning models first."""
    guardrails: Sequence[GuardrailConfig | JSONMapping] | None
    """Checks of what is asked and answered."""
    prompt_cache_key: str | None
    """Requests with one key share the cache of their common beginning."""
    service_tier: RequestedServiceTier | None
    """`auto` takes the priority tier where the account has it, `standard_only` never."""


class ParsedOptions(SharedOptions, total=False):
    """Options of a completion whose answer is read as a type. None is not sent."""

    tools: Sequence[AnyTool | JSONMapping] | None
    """Functions that the model may ask for, as tools or dicts."""
    n: int | None
    """The number of choices to make; the prompt is billed once."""


class CompletionOptions(ParsedOptions, total=False):
    """Options of every completion of messages. None is not sent."""

    response_format: ResponseFormatInput | None
    """A `ResponseFormat`, a dict, `"json_object"`, a JSON schema, or a class that has one."""


class SamplingOptions(FallbackOptions, total=False):
    """Options of a chat that an agent does not have. None is not sent."""

    temperature: float | None
    """From 0 to 1.5; the model's own unless given."""
    top_p: float | None
    """Above 0, at most 1."""
    safe_prompt: bool | None
    """True to put Mistral's safety prompt first."""


class ChatOptions(CompletionOptions, SamplingOptions, total=False):
    """Options of a chat completion. None is not sent."""


class ChatParsedOptions(ParsedOptions, SamplingOptions, total=False):
    """Options of a chat completion whose answer is read as a type. None is not sent."""


def completion_fields(options: CompletionOptions) -> JSONObject:
    """Return the options as they are sent: classes and choices in their wire forms."""
    fields: JSONObject = {**options}
    if "response_format" in options:
        fields["response_format"] = response_format_of(options["response_format"])
    if "tool_choice" in options:
        fields["tool_choice"] = tool_choice_of(options["tool_choice"])
    return fields


class ChatCompletionResponseTokenLogprobs(Model, kw_only=True):
    """A token and its log probability."""

    token: str = ""
    logprob: float = 0.0
    """Natural logarithm of the probability."""
    bytes: list[int] | None = None
    """The token in UTF-8."""
    token_id: int | None = None

    @property
    def bytes_(self) -> list[int] | None:
        """`bytes`, as other clients call it."""
        return self.bytes


class ChatCompletionResponseTokenLogprobsTopK(ChatCompletionResponseTokenLogprobs, kw_only=True):
    """A token, its log probability, and the most likely alternatives."""

    top_logprobs: list[ChatCompletionResponseTokenLogprobs] | None = None


class ChatCompletionResponseChoiceLogprobs(Model, kw_only=True):
    """The log probabilities of a choice's tokens."""

    content: list[ChatCompletionResponseTokenLogprobsTopK] = msgspec.field(
        default_factory=list[ChatCompletionResponseTokenLogprobsTopK]
    )


class DeltaMessage(Model, kw_only=True, gc=False, metaclass=Answer):
    """A piece of a message."""

    role: str | None = None
    """On the first piece only."""
    content: str | list[ContentChunk] | None = None
    tool_calls: list[ToolCall] | None = None
    """Calls or fragments of calls: join those of the same `index`."""
    tool_call_id: str | None = None
    index: int | None = None
    metadata: JSONObject | None = None

    @property
    def text(self) -> str:
        """The text of the piece, without reasoning."""
        return text_of(self.content)

    @property
    def thinking(self) -> str:
        """The reasoning of the piece as text."""
        return thinking_of(self.content)


class ChatCompletionChoice(Model, kw_only=True, metaclass=Answer):
    """One answer."""

    index: int = 0
    message: AssistantMessage = msgspec.field(default_factory=AssistantMessage)
    """The message; empty where the answer has `messages`."""
    messages: list[DeltaMessage] = msgspec.field(default_factory=list[DeltaMessage])
    """Several messages in place of one."""
    finish_reason: FinishReason | None = None
    """Why it ended; with `length` the text and the arguments of tool calls are cut off."""
    logprobs: ChatCompletionResponseChoiceLogprobs | None = None
    prompt_logprobs: ChatCompletionResponseChoiceLogprobs | None = None

    @property
    def text(self) -> str:
        """The text of the message, without reasoning."""
        return self.message.text or "".join(each.text for each in self.messages)


class ChatCompletionResponse(Model, kw_only=True, metaclass=Answer):
    """The answer to a chat."""

    id: str = ""
    object: str = constant("chat.completion")
    created: int | None = None
    """Seconds since 1970."""
    model: str = ""
    choices: list[ChatCompletionChoice] = msgspec.field(default_factory=list[ChatCompletionChoice])
    usage: UsageInfo | None = None
    if TYPE_CHECKING:
        guardrails: list[GuardrailResult] | None = None
    else:
        guardrails: list[JSONObject] | None = None  # so that msgspec drops no key
    """The findings of the guardrails, by moderation: `action` and `categories`."""

    created_datetime: ClassVar[Moment] = Moment("created")

    @property
    def text(self) -> str:
        """The text of the first choice, without reasoning."""
        return self.choices[0].text if self.choices else ""

    def _repr_html_(self) -> str:
        from mistral_async.models._content_html import message_html
        from mistral_async.models._html import answer

        return answer([message_html(choice.message) for choice in self.choices], self.model, self.usage)


class CompletionResponseStreamChoice(Model, kw_only=True, gc=False, metaclass=Answer):
    """A piece of one answer. With `n` the choices interleave and each has its own end."""

    index: int = 0
    delta: DeltaMessage = msgspec.field(default_factory=DeltaMessage)
    finish_reason: FinishReason | None = None
    """On the last piece of this choice, which can have text too."""
    logprobs: ChatCompletionResponseChoiceLogprobs | None = None
    prompt_logprobs: ChatCompletionResponseChoiceLogprobs | None = None

    @property
    def text(self) -> str:
        """The text of the piece, without reasoning."""
        return self.delta.text


class CompletionChunk(Model, kw_only=True, gc=False, metaclass=Answer):
    """A piece of an answer."""

    # In the order in which the API sends them: so msgspec finds each key at once.
    id: str = ""
    object: str | None = constant("chat.completion.chunk")
    created: int | None = None
    """Seconds since 1970."""
    model: str = ""
    choices: list[CompletionResponseStreamChoice] = msgspec.field(default_factory=list[CompletionResponseStreamChoice])
    usage: UsageInfo | None = None
    """On the last chunk only."""
    p: str | None = None
    """Padding against guessing the text from the chunks' sizes."""
    error: JSON = None
    """The error that a gateway ends the answer with; streams raise it."""

    created_datetime: ClassVar[Moment] = Moment("created")

    @property
    def text(self) -> str:
        """The text of the first choice's piece, without reasoning."""
        return self.choices[0].delta.text if self.choices else ""

    @property
    def data(self) -> CompletionChunk:
        """The chunk itself: other clients wrap it."""
        return self


CompletionEvent = CompletionChunk
