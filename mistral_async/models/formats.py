"""The form of an answer: response formats, predictions, and the completion arguments of agents and conversations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, cast, get_origin

import msgspec

from mistral_async._codec.json_types import JSONMapping, JSONObject, is_mapping
from mistral_async._codec.open_union import constant
from mistral_async._codec.plain import plain_argument
from mistral_async.models._model import Model, Renamed
from mistral_async.models.enums import ReasoningEffort, ResponseFormats, ToolChoiceEnum
from mistral_async.models.tools import ToolChoice, tool_choice_of


class JSONSchema(Model, metaclass=Renamed):
    """A JSON schema with its name."""

    older_names: ClassVar[Mapping[str, str]] = {"schema": "schema_definition"}

    name: str
    schema_definition: JSONObject = msgspec.field(name="schema")
    description: str | None = None
    strict: bool = False
    """True if the answer must fit the schema exactly."""

    @property
    def schema(self) -> JSONObject:
        """`schema_definition` by the wire's name."""
        return self.schema_definition


class ResponseFormat(Model):
    """The form of an answer. `ResponseFormat(schema=…)` takes a JSON schema or a class and makes it strict."""

    type: ResponseFormats = constant("text")
    json_schema: JSONSchema | None = None
    schema: Any = None
    """For the constructor alone: a JSON schema or a class; it becomes `json_schema`."""

    if TYPE_CHECKING:

        def __init__(
            self,
            type: ResponseFormats = "text",  # noqa: A002 - the wire's name
            json_schema: JSONSchema | JSONMapping | None = None,
            schema: object = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        """Make the format `json_schema` where it has a schema."""
        if self.schema is not None and not isinstance(self.schema, _SCALARS):
            self.json_schema = _named_schema(self.schema)
            self.schema, self.type = None, "json_schema"
        elif self.json_schema is not None and self.type == "text":
            self.type = "json_schema"


_SCALARS = (str, int, float, list)  # no schema, and not a class that has one

ResponseFormatInput: TypeAlias = ResponseFormat | JSONMapping | type[Any] | str


def response_format_of(value: object) -> ResponseFormat | JSONMapping | None:
    """Return a response format as it is sent: of a format, a dict, its `type` alone, a JSON schema, or a class."""
    match value:
        case None:
            return None
        case ResponseFormat(schema=None):
            return value
        case ResponseFormat() | int() | float() | list():
            raise TypeError("a response format is a ResponseFormat, a dict, a JSON schema or a class")
        case str():
            return ResponseFormat(value)
        case Mapping():
            return _format_of_dict(cast("JSONMapping", value))
        case _ if is_mapping(found := _fields_of(value)):
            return _format_of_dict(found)
        case _:
            return ResponseFormat(schema=value)


def _fields_of(value: object) -> object:
    """Return the fields of an object of another class; a class, and what is written like one (`list[str]`), stays."""
    return value if isinstance(value, type) or get_origin(value) is not None else plain_argument(value)


def _format_of_dict(value: JSONMapping) -> ResponseFormat | JSONMapping:
    """Return a format as it is; `schema` at the top, or a schema by itself, as a named one."""
    if "schema" in value:
        return ResponseFormat(schema=value["schema"])
    if value.get("type") in {"object", "array"} or "properties" in value or "$ref" in value:
        return ResponseFormat(schema=value)
    return value


def _named_schema(schema: object) -> JSONSchema:
    """Name a schema by its title. The schema of a class is strict; a schema that was given stays as it is."""
    if not isinstance(schema, Mapping):
        from mistral_async._codec.json_schema.schema import schema_of

        made = schema_of(schema)
        return JSONSchema(_name(made), made, strict=True)
    given = dict(cast("JSONMapping", schema))
    return JSONSchema(_name(given), given)


def _name(schema: JSONMapping) -> str:
    """Return a name that the server takes: letters, digits, `_` and `-`."""
    title = str(schema.get("title") or "response")
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in title)[:64]


class Prediction(Model, gc=False):
    """Text that the answer will largely repeat, such as a file that is being edited: makes it faster."""

    content: str = constant("")
    type: Literal["content"] = constant("content")


class CompletionArgs(Model, kw_only=True):
    """The settings of sampling of an agent or a conversation."""

    stop: str | list[str] | None = None
    presence_penalty: float | None = None
    """From -2 to 2."""
    frequency_penalty: float | None = None
    """From -2 to 2."""
    temperature: float | None = None
    """From 0 to 1."""
    top_p: float | None = None
    max_tokens: int | None = None
    random_seed: int | None = None
    prediction: Prediction | None = None
    response_format: ResponseFormat | None = None
    tool_choice: ToolChoiceEnum | None = None
    reasoning_effort: ReasoningEffort | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            *,
            stop: str | list[str] | None = None,
            presence_penalty: float | None = None,
            frequency_penalty: float | None = None,
            temperature: float | None = None,
            top_p: float | None = None,
            max_tokens: int | None = None,
            random_seed: int | None = None,
            prediction: Prediction | JSONMapping | None = None,
            response_format: ResponseFormatInput | None = None,
            tool_choice: ToolChoice | ToolChoiceEnum | None = None,
            reasoning_effort: ReasoningEffort | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        """Take classes and choices for their wire forms."""
        if not isinstance(self.response_format, (ResponseFormat, type(None), msgspec.UnsetType)):
            self.response_format = cast("ResponseFormat", response_format_of(self.response_format))
        if isinstance(cast("Any", self.tool_choice), ToolChoice):
            self.tool_choice = cast("str", tool_choice_of(cast("Any", self.tool_choice)))


def completion_args_of(value: CompletionArgs | JSONMapping | None) -> CompletionArgs | JSONObject | None:
    """Return completion arguments as they are sent: classes and choices in a dict in their wire forms."""
    if value is None or isinstance(value, CompletionArgs):
        return value
    fields = {**value}
    if "response_format" in fields:
        fields["response_format"] = response_format_of(fields["response_format"])
    if "tool_choice" in fields:
        fields["tool_choice"] = tool_choice_of(fields["tool_choice"])
    return fields


JsonSchema = JSONSchema
