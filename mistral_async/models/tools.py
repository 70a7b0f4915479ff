"""Tools that a model may call, the calls that it makes, and the choice among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, cast

import msgspec

from mistral_async._codec.json_decode import decode_json
from mistral_async._codec.json_types import JSONMapping, JSONObject, is_object
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Answer, Model, SecretModel
from mistral_async.models.enums import ToolChoiceEnum


class Function(Model):
    """A function as the model sees it."""

    name: str
    parameters: JSONObject
    """The arguments as a JSON schema of an object."""
    description: str = ""
    strict: bool = False
    """True if the arguments must fit the schema exactly."""


class FunctionTool(Model):
    """A function of yours that the model may ask you to call."""

    function: Function
    type: Literal["function"] = constant("function")


class ToolConfiguration(Model):
    """Which functions of a built-in tool or connector may be used."""

    exclude: list[str] | None = None
    include: list[str] | None = None
    requires_confirmation: list[str] | None = None
    """Functions that wait for your confirmation before they run."""


class WebSearchTool(Model):
    """Search the web."""

    tool_configuration: ToolConfiguration | None = None
    type: Literal["web_search"] = constant("web_search")


class WebSearchPremiumTool(Model):
    """Search the web and news agencies."""

    tool_configuration: ToolConfiguration | None = None
    type: Literal["web_search_premium"] = constant("web_search_premium")


class CodeInterpreterTool(Model):
    """Run code in a sandbox."""

    tool_configuration: ToolConfiguration | None = None
    type: Literal["code_interpreter"] = constant("code_interpreter")


class ImageGenerationTool(Model):
    """Make images."""

    tool_configuration: ToolConfiguration | None = None
    type: Literal["image_generation"] = constant("image_generation")


class DocumentLibraryTool(Model):
    """Search document libraries. `DocumentLibraryTool(document_library={"library_ids": […]})` is taken as well."""

    library_ids: list[str] = msgspec.field(default_factory=list[str])
    """At least one."""
    tool_configuration: ToolConfiguration | None = None
    document_library: JSONObject | None = None
    """For the constructor alone: an object with `library_ids`."""
    type: Literal["document_library"] = constant("document_library")

    def __post_init__(self) -> None:
        """Take the ids out of the object."""
        if self.document_library is not None and isinstance(
            ids := self.document_library.get("library_ids"), (list, tuple)
        ):
            self.library_ids = [*self.library_ids, *cast("list[str]", ids)]
            self.document_library = None


class APIKeyAuth(SecretModel, gc=False):
    """Authorize a connector by an API key."""

    value: str
    type: Literal["api-key"] = constant("api-key")


class OAuth2TokenAuth(SecretModel, gc=False):
    """Authorize a connector by an OAuth 2 token."""

    value: str
    type: Literal["oauth2-token"] = constant("oauth2-token")


CustomConnectorAuthorization: TypeAlias = OpenUnion[APIKeyAuth | OAuth2TokenAuth]


class CustomConnector(Model):
    """A connector that you registered."""

    connector_id: str
    authorization: CustomConnectorAuthorization | None = None
    tool_configuration: ToolConfiguration | None = None
    type: Literal["connector"] = constant("connector")


Tool = FunctionTool
AnyTool: TypeAlias = OpenUnion[
    FunctionTool
    | WebSearchTool
    | WebSearchPremiumTool
    | CodeInterpreterTool
    | ImageGenerationTool
    | DocumentLibraryTool
    | CustomConnector
]


class FunctionCall(Model):
    """A function's name and arguments as the model wrote them."""

    name: str
    arguments: str | JSONObject
    """Usually JSON text, cut off where `finish_reason` is `length`; fragments in a stream."""

    def parsed(self) -> JSONObject:
        """Return the arguments as an object; raises `ValueError` where they are not a complete JSON object."""
        arguments = cast("object", self.arguments or {})
        try:
            found = decode_json(arguments.encode("utf-8", "surrogatepass")) if isinstance(arguments, str) else arguments
        except (msgspec.DecodeError, RecursionError) as error:
            raise ValueError(f"the arguments of {self.name} are not a JSON object: {error}") from error
        if not is_object(found):
            raise ValueError(f"the arguments of {self.name} are not a JSON object: they are {type(found).__name__}")
        return found


class ToolCall(Model, metaclass=Answer):
    """A call that the model asks for. What the wire leaves out stays None."""

    function: FunctionCall
    id: str | None = None
    """Echo it in `ToolMessage.tool_call_id`. Some backends send the text `null`."""
    index: int | None = None
    """Which call of the message this is; in a stream, which call a fragment belongs to."""
    type: str = constant("function")


class FunctionName(Model, gc=False):
    """The function that must be called."""

    name: str


class ToolChoice(Model):
    """Which tool to use: `ToolChoice("any")` or `ToolChoice(function=FunctionName("name"))`."""

    type: ToolChoiceEnum | Literal["function"] | None = None
    function: FunctionName | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            type: ToolChoiceEnum | None = None,  # noqa: A002 - the wire's name
            function: FunctionName | JSONMapping | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        """Choose the function that is named."""
        if self.function is not None and self.type is None:
            self.type = "function"


def tool_choice_of(value: ToolChoice | JSONMapping | str | None) -> str | JSONObject | None:
    """Return a choice as it is sent: the word alone, or the object that names the function."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, ToolChoice):
        value = value.to_dict()
    function, kind = value.get("function"), value.get("type")
    if function is not None:
        return {"type": "function", "function": {"name": function} if isinstance(function, str) else function}
    if not isinstance(kind, str) or kind == "function":
        raise ValueError("tool_choice needs a word such as 'auto', or function=FunctionName('…')")
    return kind
