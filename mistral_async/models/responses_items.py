"""Items, the input and output of the Responses API: messages with their parts, calls, reasoning.

Items are told apart by `type`. What came out can be sent back as it is.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import field

from mistral_async._codec.json_types import JSONObject
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model

ResponsesRole: TypeAlias = Literal["user", "assistant", "system", "developer"]
ResponsesStatus: TypeAlias = Literal["in_progress", "completed", "incomplete"]
ResponsesPhase: TypeAlias = Literal["commentary", "final_answer"]
ResponsesDetail: TypeAlias = Literal["low", "high", "auto", "original"]
"""The detail in which an image is looked at."""


def _auto() -> str:
    return "auto"


class ResponsesPromptCacheBreakpoint(Model, gc=False):
    """The prompt is cached up to here."""

    mode: Literal["explicit"] = constant("explicit")


class ResponsesInputText(Model):
    """Text."""

    text: str
    prompt_cache_breakpoint: ResponsesPromptCacheBreakpoint | None = None
    type: Literal["input_text"] = constant("input_text")


class ResponsesInputImage(Model):
    """An image: its address, a data URL, or an uploaded file."""

    image_url: str | None = None
    file_id: str | None = None
    detail: ResponsesDetail | str = field(default_factory=_auto)  # the server requires the key
    prompt_cache_breakpoint: ResponsesPromptCacheBreakpoint | None = None
    type: Literal["input_image"] = constant("input_image")


class ResponsesInputFile(Model):
    """A file: its address, its base64 content with a name, or an uploaded file."""

    file_url: str | None = None
    file_id: str | None = None
    file_data: str | None = None
    filename: str | None = None
    detail: ResponsesDetail | str | None = None
    prompt_cache_breakpoint: ResponsesPromptCacheBreakpoint | None = None
    type: Literal["input_file"] = constant("input_file")


ResponsesInputContent: TypeAlias = OpenUnion[ResponsesInputText | ResponsesInputImage | ResponsesInputFile]


class ResponsesAnnotationFileCitation(Model, gc=False):
    """Text that rests on a file."""

    file_id: str
    filename: str
    index: int
    type: Literal["file_citation"] = constant("file_citation")


class ResponsesAnnotationURLCitation(Model, gc=False):
    """Text that rests on a page of the web."""

    url: str
    title: str
    start_index: int
    end_index: int
    type: Literal["url_citation"] = constant("url_citation")


class ResponsesAnnotationContainerFileCitation(Model, gc=False):
    """Text that rests on a file of a container."""

    container_id: str
    file_id: str
    filename: str
    start_index: int
    end_index: int
    type: Literal["container_file_citation"] = constant("container_file_citation")


class ResponsesAnnotationFilePath(Model, gc=False):
    """The path of a file that was made."""

    file_id: str
    index: int
    type: Literal["file_path"] = constant("file_path")


Annotation: TypeAlias = OpenUnion[
    ResponsesAnnotationFileCitation
    | ResponsesAnnotationURLCitation
    | ResponsesAnnotationContainerFileCitation
    | ResponsesAnnotationFilePath
]


class ResponsesTopLogprob(Model, kw_only=True):
    """One of the likeliest tokens at a place."""

    token: str | None = None
    bytes_: list[int] | None = field(name="bytes", default=None)
    """The token in UTF-8."""
    logprob: float | None = None


class ResponsesLogprob(Model, kw_only=True):
    """A token with its log probability, and the likeliest ones in its place."""

    token: str = ""
    bytes_: list[int] | None = field(name="bytes", default=None)
    """The token in UTF-8."""
    logprob: float | None = None
    top_logprobs: list[ResponsesTopLogprob] | None = None


class ResponsesOutputText(Model):
    """Text that the model wrote."""

    text: str
    annotations: list[Annotation]
    logprobs: list[ResponsesLogprob] | None = None
    type: Literal["output_text"] = constant("output_text")


class ResponsesOutputRefusal(Model, gc=False):
    """The reason for which the model refused."""

    refusal: str
    type: Literal["refusal"] = constant("refusal")


class ResponsesContent(Model, gc=False):
    """Reasoning as text."""

    text: str
    type: Literal["reasoning_text"] = constant("reasoning_text")


class ResponsesSummary(Model, gc=False):
    """A summary of reasoning."""

    text: str
    type: Literal["summary_text"] = constant("summary_text")


ResponsesOutputContent: TypeAlias = OpenUnion[ResponsesOutputText | ResponsesOutputRefusal]
ResponsesPart: TypeAlias = OpenUnion[ResponsesOutputText | ResponsesOutputRefusal | ResponsesContent]


class ResponsesEasyInputMessage(Model):
    """A message."""

    content: str | list[ResponsesInputContent]
    role: ResponsesRole | str
    phase: ResponsesPhase | str | None = None
    type: Literal["message"] = constant("message")


class ResponsesMessage(Model):
    """A message in parts."""

    content: list[ResponsesInputContent]
    role: ResponsesRole | str
    status: ResponsesStatus | str | None = None
    type: Literal["message"] = constant("message")


class ResponsesOutputMessage(Model):
    """A message of the model."""

    id: str
    content: list[ResponsesOutputContent]
    status: ResponsesStatus | str
    phase: str | None = None
    """One of `ResponsesPhase`, or a newer one."""
    role: Literal["assistant"] = constant("assistant")
    type: Literal["message"] = constant("message")

    @property
    def text(self) -> str:
        """The text, without refusals."""
        return "".join(part.text for part in self.content if isinstance(part, ResponsesOutputText))


class ResponsesCallerDirect(Model, gc=False):
    """The model itself calls."""

    type: Literal["direct"] = constant("direct")


class ResponsesCallerProgram(Model, gc=False):
    """A program of the model calls."""

    caller_id: str
    type: Literal["program"] = constant("program")


ResponsesCaller: TypeAlias = OpenUnion[ResponsesCallerDirect | ResponsesCallerProgram]


class ResponsesFunctionToolCall(Model):
    """A call of a function of yours. Answer with a `ResponsesFunctionCallOutput` of the same `call_id`."""

    arguments: str
    """JSON text."""
    call_id: str
    name: str
    id: str | None = None
    caller: ResponsesCaller | None = None
    namespace: str | None = None
    status: ResponsesStatus | str | None = None
    type: Literal["function_call"] = constant("function_call")


class ResponsesFunctionCallOutput(Model):
    """The result of a function call."""

    call_id: str
    output: str | list[ResponsesInputContent]
    id: str | None = None
    caller: ResponsesCaller | None = None
    status: ResponsesStatus | str | None = None
    type: Literal["function_call_output"] = constant("function_call_output")


class ResponsesReasoningItem(Model):
    """Reasoning. Send it back unchanged."""

    id: str
    summary: list[ResponsesSummary]
    content: list[ResponsesContent] | None = None
    encrypted_content: str | None = None
    status: ResponsesStatus | str | None = None
    type: Literal["reasoning"] = constant("reasoning")


ResponsesInputItem: TypeAlias = OpenUnion[
    ResponsesEasyInputMessage
    | ResponsesMessage
    | ResponsesOutputMessage
    | ResponsesFunctionCallOutput
    | ResponsesReasoningItem
    | ResponsesFunctionToolCall
]
ResponsesOutputItem: TypeAlias = OpenUnion[ResponsesOutputMessage | ResponsesFunctionToolCall | ResponsesReasoningItem]

AllowedCaller: TypeAlias = Literal["direct", "programmatic"]
GrammarSyntax: TypeAlias = Literal["lark", "regex"]


class ResponsesFunctionTool(Model):
    """A function of yours that the model may call."""

    name: str
    parameters: JSONObject | None = None
    """The arguments as a JSON schema of an object."""
    description: str | None = None
    strict: bool | None = None
    """True if the arguments must fit the schema exactly."""
    output_schema: JSONObject | None = None
    allowed_callers: list[AllowedCaller | str] | None = None
    defer_loading: bool | None = None
    type: Literal["function"] = constant("function")


class ResponsesText(Model, gc=False):
    """The input of a custom tool is any text."""

    type: Literal["text"] = constant("text")


class ResponsesGrammar(Model, gc=False):
    """The input of a custom tool follows a grammar."""

    definition: str
    syntax: GrammarSyntax | str
    type: Literal["grammar"] = constant("grammar")


ResponsesCustomToolFormat: TypeAlias = OpenUnion[ResponsesText | ResponsesGrammar]


class ResponsesCustomTool(Model):
    """A tool of yours that takes text."""

    name: str
    description: str | None = None
    format: ResponsesCustomToolFormat | None = None
    allowed_callers: list[AllowedCaller | str] | None = None
    defer_loading: bool | None = None
    type: Literal["custom"] = constant("custom")


class ResponsesNamespaceTool(Model):
    """Tools under a common name."""

    name: str
    description: str
    tools: list[OpenUnion[ResponsesFunctionTool | ResponsesCustomTool]]
    type: Literal["namespace"] = constant("namespace")


ResponsesTool: TypeAlias = OpenUnion[ResponsesFunctionTool | ResponsesNamespaceTool]


class ResponsesToolChoiceFunction(Model, gc=False):
    """The function that must be called."""

    name: str
    type: Literal["function"] = constant("function")


ResponsesToolFunction = ResponsesFunctionTool
ResponsesPartReasoningText = ResponsesContent
ResponsesInputTextContent = ResponsesInputText
ResponsesInputImageContent = ResponsesInputImage
ResponsesInputFileContent = ResponsesInputFile
ResponsesFunctionCallOutputCallerDirect = ResponsesCallerDirect
ResponsesFunctionCallOutputCallerProgram = ResponsesCallerProgram
