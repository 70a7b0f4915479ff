"""MCP servers, their tools and results, as connectors pass them on."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import field

from mistral_async._codec.json_types import JSONObject
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model

_NAMES = {
    "meta": "_meta",
    "schema_url": "$schema",
    "turbine": "ai.mistral/turbine",
    "create_message": "createMessage",
    "input_schema": "inputSchema",
    "is_error": "isError",
    "is_required": "isRequired",
    "is_secret": "isSecret",
    "last_modified": "lastModified",
    "list_changed": "listChanged",
    "mime_type": "mimeType",
    "output_schema": "outputSchema",
    "resource_uri": "resourceUri",
    "structured_content": "structuredContent",
    "supported_protocol_versions": "supportedProtocolVersions",
    "task_support": "taskSupport",
    "website_url": "websiteUrl",
}


class MCPListCapability(Model, kw_only=True, gc=False, rename=_NAMES):
    """A list that the server or client has: of prompts, resources, tools or roots."""

    list_changed: bool | None = None
    """True if it tells when the list changes."""


class MCPResourcesCapability(MCPListCapability, kw_only=True, gc=False, rename=_NAMES):
    """The resources that a server has."""

    subscribe: bool | None = None
    """True if it tells when a resource changes."""


class MCPServerTasks(Model, kw_only=True):
    """The work that a server can do as a task; an object says yes."""

    list: JSONObject | None = None
    cancel: JSONObject | None = None
    requests: JSONObject | None = None
    """By the kind of request."""


class MCPClientTasks(MCPServerTasks, kw_only=True):
    """The work that a server wants a client to do as a task; an object says yes."""


class MCPServerCapabilities(Model, kw_only=True):
    """The abilities of a server; an object says yes."""

    experimental: dict[str, JSONObject] | None = None
    logging: JSONObject | None = None
    prompts: MCPListCapability | None = None
    resources: MCPResourcesCapability | None = None
    tools: MCPListCapability | None = None
    completions: JSONObject | None = None
    extensions: dict[str, JSONObject] | None = None
    tasks: MCPServerTasks | None = None


class MCPSampling(Model, kw_only=True):
    """Questions that a server wants to ask a client's model; an object says yes."""

    context: JSONObject | None = None
    tools: JSONObject | None = None


class MCPElicitation(Model, kw_only=True):
    """Questions that a server wants to ask a client's user; an object says yes."""

    form: JSONObject | None = None
    url: JSONObject | None = None


class MCPClientCapabilities(Model, kw_only=True):
    """The abilities that a server wants of a client; an object says yes."""

    experimental: dict[str, JSONObject] | None = None
    sampling: MCPSampling | None = None
    elicitation: MCPElicitation | None = None
    roots: MCPListCapability | None = None
    extensions: dict[str, JSONObject] | None = None
    tasks: MCPClientTasks | None = None


class MCPServerRepository(Model, kw_only=True, gc=False):
    """The source code of a server."""

    url: str = ""
    source: str = ""
    """The service that hosts it, such as `github`."""
    subfolder: str | None = None


class MCPServerIcon(Model, kw_only=True, rename=_NAMES):
    """An icon to show."""

    src: str = ""
    """Its address."""
    mime_type: str | None = None
    sizes: list[str] | None = None
    theme: str | None = None
    """`light`, `dark`, or a newer one."""


class MCPServerRemoteHeader(Model, kw_only=True, rename=_NAMES):
    """A header that an address of a server takes."""

    name: str = ""
    description: str = ""
    is_required: bool | None = None
    is_secret: bool | None = None
    default: str | None = None
    choices: list[str] | None = None


class MCPServerAuthenticationRequirement(Model, kw_only=True):
    """The authentication that an address of a server asks for."""

    required: bool = False
    schemes: list[str] = field(default_factory=list[str])
    """Such as `bearer` and `oauth2`."""


class MCPServerRemote(Model, kw_only=True, rename=_NAMES):
    """An address of a server."""

    type: str = ""
    """`streamable-http`, `sse`, or a newer one."""
    url: str = ""
    supported_protocol_versions: list[str] | None = None
    headers: list[MCPServerRemoteHeader] | None = None
    authentication: MCPServerAuthenticationRequirement | None = None


class MCPAnnotations(Model, kw_only=True, rename=_NAMES):
    """Hints on a resource or content."""

    audience: list[str] | None = None
    """Whom it is for: `user`, `assistant`, or a newer one."""
    priority: float | None = None
    """0 (may be left out) to 1 (must be there)."""
    last_modified: str | None = None


class MCPResource(Model, kw_only=True, rename=_NAMES):
    """A resource that a server can read."""

    name: str = ""
    uri: str = ""
    title: str | None = None
    description: str | None = None
    mime_type: str | None = None
    size: int | None = None
    """Bytes."""
    icons: list[MCPServerIcon] | None = None
    annotations: MCPAnnotations | None = None
    meta: JSONObject | None = None


class MCPToolExecution(Model, kw_only=True, gc=False, rename=_NAMES):
    """The way in which a tool runs."""

    task_support: str | None = None
    """`forbidden`, `optional`, `required`, or a newer one."""


class MCPToolAnnotations(Model, kw_only=True, gc=False, rename="camel"):
    """Hints on a tool, which need not be true."""

    title: str | None = None
    read_only_hint: bool | None = None
    destructive_hint: bool | None = None
    idempotent_hint: bool | None = None
    open_world_hint: bool | None = None


class MCPUIToolMeta(Model, kw_only=True, rename=_NAMES):
    """The place of a tool in user interfaces."""

    resource_uri: str | None = None
    visibility: list[str] | None = None
    """Who may call it: `model`, `app`, or a newer one."""


TurbineToolType: TypeAlias = Literal["rag", "image", "code", "event"]
"""The kinds of tools."""


class TurbineLocale(Model, kw_only=True):
    """The texts of a server or tool, by language."""

    name: dict[str, str] | None = None
    description: dict[str, str] | None = None
    usage_sentence: dict[str, str] | None = None
    working_description: dict[str, str] | None = None
    """While it works."""
    done_description: dict[str, str] | None = None
    """After its work."""


class TurbineToolMeta(Model, kw_only=True):
    """Mistral's additions to a tool."""

    locale: TurbineLocale | None = None
    tool_type: str | None = None
    """One of `TurbineToolType`, or a newer one."""
    timeout: float | None = None
    """Seconds for a call."""
    private_execution: bool | None = None


class MCPToolMeta(Model, kw_only=True, rename=_NAMES):
    """Additions to the definition of a tool."""

    ui: MCPUIToolMeta | None = None
    turbine: TurbineToolMeta | None = None


class MCPTool(Model, kw_only=True, rename=_NAMES):
    """A tool of a server."""

    name: str = ""
    input_schema: JSONObject = field(default_factory=JSONObject)
    """The schema of its arguments."""
    title: str | None = None
    description: str | None = None
    execution: MCPToolExecution | None = None
    output_schema: JSONObject | None = None
    """The schema of its structured results."""
    icons: list[MCPServerIcon] | None = None
    annotations: MCPToolAnnotations | None = None
    meta: MCPToolMeta | None = None


class MCPPromptArgument(Model, kw_only=True, gc=False):
    """An argument of a prompt."""

    name: str = ""
    title: str | None = None
    description: str | None = None
    required: bool | None = None


class MCPPrompt(Model, kw_only=True, rename=_NAMES):
    """A prompt that a server has."""

    name: str = ""
    title: str | None = None
    description: str | None = None
    arguments: list[MCPPromptArgument] | None = None
    icons: list[MCPServerIcon] | None = None
    meta: JSONObject | None = None


class TurbineMeta(Model, kw_only=True):
    """Mistral's additions to a server."""

    system_prompt_name: str | None = None
    locale: TurbineLocale | None = None


class MCPServerCardMeta(Model, kw_only=True, rename=_NAMES):
    """Additions to a server's words about itself."""

    turbine: TurbineMeta | None = None


class MCPServerCard(Model, kw_only=True, rename=_NAMES):
    """A server's words about itself."""

    name: str = ""
    """Such as `com.example/weather`."""
    version: str = ""
    schema_url: str | None = None
    """The address of the card's own schema."""
    capabilities: MCPServerCapabilities | None = None
    title: str | None = None
    description: str | None = None
    website_url: str | None = None
    repository: MCPServerRepository | None = None
    icons: list[MCPServerIcon] | None = None
    remotes: list[MCPServerRemote] | None = None
    """The addresses where it is reached."""
    requires: MCPClientCapabilities | None = None
    resources: str | list[MCPResource] | None = None
    """Text says that they must be asked for, here as below."""
    tools: str | list[MCPTool] | None = None
    prompts: str | list[MCPPrompt] | None = None
    meta: MCPServerCardMeta | None = None


class MCPTextContent(Model, kw_only=True, rename=_NAMES):
    """Text in the result of a tool."""

    text: str = ""
    type: Literal["text"] = constant("text")
    annotations: MCPAnnotations | None = None
    meta: JSONObject | None = None


class MCPImageContent(Model, kw_only=True, rename=_NAMES):
    """An image in the result of a tool."""

    data: str = ""
    """In base64."""
    mime_type: str = ""
    type: Literal["image"] = constant("image")
    annotations: MCPAnnotations | None = None
    meta: JSONObject | None = None


class MCPAudioContent(Model, kw_only=True, rename=_NAMES):
    """Audio in the result of a tool."""

    data: str = ""
    """In base64."""
    mime_type: str = ""
    type: Literal["audio"] = constant("audio")
    annotations: MCPAnnotations | None = None
    meta: JSONObject | None = None


class MCPTextResource(Model, kw_only=True, rename=_NAMES):
    """The content of a resource that is text."""

    text: str
    uri: str = ""
    mime_type: str | None = None
    meta: JSONObject | None = None


class MCPBlobResource(Model, kw_only=True, rename=_NAMES):
    """The content of a resource that is not text."""

    blob: str
    """In base64."""
    uri: str = ""
    mime_type: str | None = None
    meta: JSONObject | None = None


class MCPEmbeddedResource(Model, kw_only=True, rename=_NAMES):
    """A resource in the result of a tool."""

    resource: OpenUnion[MCPTextResource | MCPBlobResource] | None = None
    type: Literal["resource"] = constant("resource")
    annotations: MCPAnnotations | None = None
    meta: JSONObject | None = None


class MCPResourceLink(MCPResource, kw_only=True, rename=_NAMES):
    """The address of a resource in the result of a tool."""

    type: Literal["resource_link"] = constant("resource_link")


MCPContent: TypeAlias = OpenUnion[
    MCPTextContent | MCPImageContent | MCPAudioContent | MCPEmbeddedResource | MCPResourceLink
]
"""A part of the result of a tool, told apart by `type`."""


class MCPResultMetadata(Model, kw_only=True, rename=_NAMES):
    """The rest of a result, beside its content."""

    is_error: bool = False
    structured_content: JSONObject | None = None
    meta: JSONObject | None = None


class ConnectorToolCallMetadata(Model, kw_only=True):
    """The metadata of a result."""

    mcp_meta: MCPResultMetadata | None = None


class ConnectorToolCallResponse(Model, kw_only=True):
    """The result of a tool of a connector."""

    content: list[MCPContent] = field(default_factory=list[MCPContent])
    metadata: ConnectorToolCallMetadata | None = None
