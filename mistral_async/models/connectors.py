"""Connectors: services whose tools agents use, and the credentials for them. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping, JSONObject
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model, Moment, SecretModel
from mistral_async.models.mcp import MCPServerCard

ConnectorProtocol: TypeAlias = Literal["mcp", "http"]
"""The ways in which a connector reaches its service: the tools of an MCP server, or requests to an HTTP API."""

ConnectorVisibility: TypeAlias = Literal["shared_global", "shared_org", "shared_workspace", "private"]
"""Who may use a connector or tool; Mistral's own ones are `shared_global`."""

ConnectorAuthType: TypeAlias = Literal["oauth2", "bearer", "none", "github_app", "slack_app", "webhook"]
"""The ways in which a connector proves to its service who it is; `webhook` is one by which its service does."""

ConnectorGrantType: TypeAlias = Literal["authorization_code", "client_credentials"]

TokenEndpointAuthMethod: TypeAlias = Literal["client_secret_post", "client_secret_basic", "private_key_jwt"]

ConsumerScope: TypeAlias = Literal["user", "workspace", "organization"]
"""Whose credentials, or whose use of a connector: the user's or the workspace's of the key, or the organization's."""

ConsumerType: TypeAlias = Literal["user", "org", "workspace", "system"]
"""Whose a connector or credentials are."""


class ConnectorLocale(Model, kw_only=True):
    """The texts of a connector or tool, by language."""

    name: dict[str, str] = field(default_factory=dict[str, str])
    description: dict[str, str] = field(default_factory=dict[str, str])
    usage_sentence: dict[str, str] = field(default_factory=dict[str, str])


class ConnectorAuthenticationHeader(Model, kw_only=True, gc=False):
    """A header that the service takes with each request."""

    name: str = ""
    is_required: bool = True
    is_secret: bool = True


class GlobalHeaderValue(SecretModel, kw_only=True, gc=False):
    """The value of a header that is sent with all credentials. A secret one is never answered."""

    value: str = ""
    is_secret: bool = True


class ExtendedOAuthServerMetadata(Model, kw_only=True):
    """The metadata of an OAuth 2 authorization server (RFC 8414), and what the API adds (`x_`)."""

    issuer: str = ""
    token_endpoint: str = ""
    authorization_endpoint: str | None = None
    registration_endpoint: str | None = None
    scopes_supported: list[str] | None = None
    response_types_supported: list[str] = field(default_factory=lambda: ["code"])
    response_modes_supported: list[str] | None = None
    grant_types_supported: list[str] | None = None
    token_endpoint_auth_methods_supported: list[str] | None = None
    token_endpoint_auth_signing_alg_values_supported: list[str] | None = None
    service_documentation: str | None = None
    ui_locales_supported: list[str] | None = None
    op_policy_uri: str | None = None
    op_tos_uri: str | None = None
    revocation_endpoint: str | None = None
    revocation_endpoint_auth_methods_supported: list[str] | None = None
    revocation_endpoint_auth_signing_alg_values_supported: list[str] | None = None
    introspection_endpoint: str | None = None
    introspection_endpoint_auth_methods_supported: list[str] | None = None
    introspection_endpoint_auth_signing_alg_values_supported: list[str] | None = None
    code_challenge_methods_supported: list[str] | None = None
    client_id_metadata_document_supported: bool | None = None
    authorization_response_iss_parameter_supported: bool | None = None
    authorization_grant_profiles_supported: list[str] | None = None
    x_source: str | None = None
    """`autodiscovery`, `provided`, or a newer one."""
    x_resource_url: str | None = None
    x_scope: str | None = None


class PublicAuthenticationMethod(Model, kw_only=True):
    """A way to authenticate with the service, without its secrets."""

    method_type: str = ""
    """One of `ConnectorAuthType`, or a newer one."""
    headers: list[ConnectorAuthenticationHeader] | None = None
    """The headers that it takes."""
    global_headers: dict[str, GlobalHeaderValue] = field(default_factory=dict[str, GlobalHeaderValue])
    """Headers that are sent with all credentials, by name."""
    has_default_credentials: bool = False
    grant_type: str | None = None
    """One of `ConnectorGrantType`, or a newer one."""
    token_endpoint_auth_method: str | None = None
    """One of `TokenEndpointAuthMethod`, or a newer one."""
    oauth2_server_metadata: ExtendedOAuthServerMetadata | None = None


class ToolProperties(Model, kw_only=True, gc=False):
    """A condition that a tool meets by what it does."""

    read_only: bool | None = None


class LogicalExpression(Model, kw_only=True):
    """Several conditions as one."""

    type: str = ""
    """`and`, `or`, or a newer one."""
    expressions: list[ToolCondition] = field(default_factory=list[Any])  # the name of its own items comes later


ToolCondition: TypeAlias = OpenUnion[ToolProperties | LogicalExpression | list[str]]
"""A condition, several as one, or the names of the tools that meet it."""


class ToolExecutionConfiguration(Model, kw_only=True):
    """Which tools of a connector may be used, and which of their calls wait for a yes."""

    requires_confirmation: ToolCondition | None = None
    skip_confirmation: ToolCondition | None = None
    include: list[str] | None = None
    exclude: list[str] | None = None


class ConnectionPreference(Model, kw_only=True):
    """The choice of a connector's tools that a consumer made."""

    tool_configuration: ToolExecutionConfiguration = field(default_factory=ToolExecutionConfiguration)
    consumer_type: str | None = None
    """One of `ConsumerType`, or a newer one."""
    name: str = "default"
    is_default: bool | None = None


class CredentialsStatus(Model, kw_only=True, gc=False):
    """The state of credentials when they were last tried."""

    status_type: str = ""
    """`valid`, `invalid`, `error`, or a newer one."""
    last_checked_at: str | None = None
    last_checked_at_datetime: ClassVar[Moment] = Moment("last_checked_at")
    error_http_code: int | None = None
    """The HTTP status that the service gave."""
    error_message: str | None = None
    """The reason, such as `oauth expired` or `you need to reconnect`."""


class AuthenticationConfiguration(Model, kw_only=True, gc=False):
    """Credentials for a connector, without their secrets."""

    name: str = ""
    authentication_type: str = ""
    """One of `ConnectorAuthType`, or a newer one."""
    scope: str = ""
    """One of `ConsumerType`, or a newer one."""
    title: str | None = None
    status: CredentialsStatus | None = None
    is_default: bool = False
    """True if they are used where no other ones are named."""
    creator_id: str | None = None


class ConnectorTool(Model, kw_only=True):
    """A tool of a connector, as the API keeps it."""

    id: str = ""
    name: str = ""
    description: str = ""
    execution_config: JSONObject | None = None
    """The way in which it runs: `type`, and whatever belongs to it."""
    visibility: str = ""
    """One of `ConnectorVisibility`, or a newer one."""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    modified_at: str = ""
    modified_at_datetime: ClassVar[Moment] = Moment("modified_at")
    system_prompt: str | None = None
    locale: ConnectorLocale | None = None
    jsonschema: JSONObject | None = None
    """The schema of its arguments."""
    active: bool | None = None


class OpenAPIFileSource(Model, kw_only=True, gc=False):
    """An OpenAPI document that is a file."""

    filename: str = ""
    type: Literal["file"] = constant("file")


class OpenAPIURLSource(Model, kw_only=True, gc=False):
    """An OpenAPI document at an address."""

    url: str = ""
    type: Literal["url"] = constant("url")


OpenAPISpecSource: TypeAlias = OpenUnion[OpenAPIFileSource | OpenAPIURLSource]
"""The place of an OpenAPI document, told apart by `type`."""


class ConnectorOpenAPISpec(Model, kw_only=True):
    """The OpenAPI document of a service."""

    source: OpenAPISpecSource | None = None


class _Connector(Model, kw_only=True):
    """Fields of all connectors."""

    id: str = ""
    name: str = ""
    """At most 64 letters, digits, `_` and `-`: a connector may be named by it instead of its id."""
    description: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    modified_at: str = ""
    modified_at_datetime: ClassVar[Moment] = Moment("modified_at")
    owner_type: str = ""
    """One of `ConsumerType`, or a newer one."""
    visibility: str = ""
    """One of `ConnectorVisibility`, or a newer one."""
    private_tool_execution: bool = False
    supports_mcp: bool = False
    title: str | None = None
    server: str | None = None
    """The address of the service."""
    icon_url: str | None = None
    server_card: MCPServerCard | None = None
    """The MCP server's own words about itself."""
    owner_id: str | None = None
    creator_id: str | None = None
    locale: ConnectorLocale | None = None
    system_prompt: str | None = None
    """Instructions to the model that uses it."""
    supported_auth_methods: list[PublicAuthenticationMethod] | None = None
    connection_preferences: list[ConnectionPreference] | None = None
    connection_credentials: list[AuthenticationConfiguration] | None = None
    """Your credentials, where `fetch_user_data` asked for them."""
    blocked_by: list[str] = field(default_factory=list[str])
    """The consumers that deactivated it, each one of `ConsumerType`."""
    mistral: bool = False
    """True for a connector of Mistral's own."""
    is_authenticated: bool | None = None
    auth_type: str | None = None
    active: bool | None = None
    connection_config: JSONObject | None = None
    execution_env: JSONObject | None = None
    system_prompt_route: str | None = None
    tools: list[ConnectorTool] | None = None


class HTTPConnector(_Connector, kw_only=True):
    """A connector to an HTTP API."""

    protocol: Literal["http"] = constant("http")
    openapi_spec: ConnectorOpenAPISpec | None = None


class MCPConnector(_Connector, kw_only=True):
    """A connector to an MCP server."""

    protocol: Literal["mcp"] = constant("mcp")


Connector: TypeAlias = OpenUnion[HTTPConnector | MCPConnector]
"""A connector, told apart by `protocol`."""


class ConnectorsPagination(Model, kw_only=True, gc=False):
    """The size of a page, and the cursor of the next one."""

    page_size: int = 0
    next_cursor: str | None = None
    """None on the last page."""


class PaginatedConnectors(Model, kw_only=True):
    """A page of connectors."""

    items: list[Connector] = field(default_factory=list[Connector])
    pagination: ConnectorsPagination = field(default_factory=ConnectorsPagination)


class AuthURLResponse(Model, kw_only=True, gc=False):
    """The page on which a user lets the connector use the service."""

    auth_url: str = ""
    ttl: int = 0
    """Seconds for which it is valid."""


class CredentialsResponse(Model, kw_only=True):
    """Credentials for a connector, without their secrets."""

    credentials: list[AuthenticationConfiguration] = field(default_factory=list[AuthenticationConfiguration])
    connector_preset_credentials_for_auth: list[str] = field(default_factory=list[str])
    """The ways to authenticate for which the connector has credentials itself, each one of `ConnectorAuthType`."""


class MessageResponse(Model, kw_only=True, gc=False):
    """An answer that says what was done."""

    message: str = ""


class ConnectorsQueryFilters(TypedDict, total=False):
    """Which connectors are listed, and how much of them."""

    supports_mcp: bool | None
    active: bool | None
    """Those that are active for the user, the workspace and the organization."""
    fetch_connection_secrets: bool | None


class ConnectorAuthData(TypedDict, total=False):
    """The client as which a connector is registered with an OAuth 2 server."""

    client_id: Required[str]
    client_secret: str | None
    client_scopes: Sequence[str] | None


class OAuth2MetadataSecrets(TypedDict, total=False):
    """New client credentials of a connector."""

    client_id: str | None
    client_secret: str | None
    client_id_issued_at: int | None
    """Seconds since 1970."""
    client_secret_expires_at: int | None
    """Seconds since 1970."""


class ConnectorAuthMethod(TypedDict, total=False):
    """A way to authenticate with the service, as it is created or changed."""

    method_type: Required[ConnectorAuthType | str]
    headers: Sequence[JSONMapping | ConnectorAuthenticationHeader] | None
    """The headers that the service takes."""
    global_headers: Mapping[str, JSONMapping | GlobalHeaderValue] | None
    """Headers that are sent with all credentials, by name. Secret values are never answered."""
    grant_type: ConnectorGrantType | str | None
    """For `oauth2`."""
    auth_data: ConnectorAuthData | JSONMapping | None
    """For `oauth2` by `authorization_code`: the client."""
    token_endpoint_auth_method: TokenEndpointAuthMethod | str | None
    """For `oauth2` by `client_credentials`."""
    oauth2_server_metadata: ExtendedOAuthServerMetadata | JSONMapping | None
    oauth2_metadata_secrets: OAuth2MetadataSecrets | JSONMapping | None
    """For a change alone."""
    auth_direction: str | None
    """`outbound` (where not set) or `inbound`. For a change alone."""


class ConnectorOptions(TypedDict, total=False):
    """Options of a new connector. None is not sent."""

    protocol: ConnectorProtocol | str | None
    """`mcp` where not set."""
    title: str | None
    """At most 255 characters."""
    icon_url: str | None
    """The address of a picture."""
    visibility: ConnectorVisibility | str | None
    """`private` where not set."""
    system_prompt: str | None
    """Instructions to the model that uses it."""
    headers: JSONMapping | None
    """Headers that are sent to the service for the whole organization."""
    global_headers: Mapping[str, JSONMapping | GlobalHeaderValue] | None
    """Headers that are sent with all credentials, by name. Secret values are never answered."""
    auth_methods: Sequence[ConnectorAuthMethod | JSONMapping] | None
    """Ways in which users may log in."""
    auth_data: ConnectorAuthData | JSONMapping | None
    """What the OAuth server has to know."""
    oauth2_server_metadata: ExtendedOAuthServerMetadata | JSONMapping | None
    """The authorization server. Where not set, it is asked for its metadata."""
    oauth2_server_metadata_url: str | None
    """The address of that metadata, instead of themselves."""


class CreateConnectorRequest(ConnectorOptions):
    """Everything that `connectors.create` takes: `create(**request)`."""

    name: Required[str]
    """At most 64 letters, digits, `_` and `-`."""
    description: Required[str]
    server: Required[str]
    """The address of the service."""


class UpdateConnectorRequest(TypedDict, total=False):
    """Changes to a connector; what is not named stays."""

    protocol: ConnectorProtocol | str | None
    """The protocol that it has: `mcp` where not set."""
    name: str | None
    """The new name."""
    title: str | None
    """None removes it."""
    description: str | None
    """The new description."""
    icon_url: str | None
    """None removes it."""
    server: str | None
    """The address of the service."""
    system_prompt: str | None
    """None removes it."""
    auth_methods: Sequence[ConnectorAuthMethod | JSONMapping] | None
    """Ways to authenticate that are added or changed."""
    auth_data: ConnectorAuthData | JSONMapping | None
    """What the OAuth server has to know."""
    headers: JSONMapping | None
    """Headers that are sent to the service for the whole organization."""
    connection_config: JSONMapping | None
    """Settings of the connection."""
    connection_secrets: JSONMapping | None
    """Secrets of the connection; they are not shown again."""


class AuthURLOptions(TypedDict, total=False):
    """Options of `connectors.get_auth_url`."""

    app_return_url: str | None
    """The page that the user comes to afterwards."""
    method_type: ConnectorAuthType | str | None
    """Needed where the connector knows several ways that ask the user."""
    credentials_name: str | None
    """The name under which the credentials are kept."""
    credentials_title: str | None
    """At most 255 characters."""
    github_installation_link: bool | None
    """With `oauth2`: the page that installs the connector's GitHub app, where it has one."""


class OAuth2ClientCredentials(SecretModel, kw_only=True, gc=False):
    """A client that gets its tokens by itself."""

    client_id: str = ""
    grant_type: Literal["client_credentials"] = constant("client_credentials")
    client_secret: str | None = None
    client_certificate: str | None = None
    client_private_key: str | None = None


class ConnectionCredentials(TypedDict, total=False):
    """The secrets of credentials, in one of these forms."""

    oauth: OAuth2ClientCredentials | JSONMapping | None
    headers: Mapping[str, str] | None
    bearer_token: str | None


class CredentialsOptions(TypedDict, total=False):
    """Options of new credentials, or changes to credentials. None is not sent."""

    title: str | None
    """At most 255 characters."""
    is_default: bool | None
    """True makes them those that are used where no other ones are named; the first ones are."""
    credentials: ConnectionCredentials | JSONMapping | None
    """What the connector logs in with."""


class CredentialsCreateOrUpdate(CredentialsOptions):
    """Everything that `connectors.create_credentials` and `update_credentials` take beside the connector and scope."""

    name: Required[str]
    """At most 64 letters, digits, `_` and `-`."""


class ConnectorToolsOptions(TypedDict, total=False):
    """Options of `connectors.list_tools`."""

    page: int | None
    """Counts from 1."""
    page_size: int | None
    """100 where not set."""
    refresh: bool | None
    """True asks the service again."""
    pretty: bool | None
    """True leaves of each tool its name, description, annotations and a short schema."""
    credentials_name: str | None
    """The credentials to use. Default: the default ones."""
