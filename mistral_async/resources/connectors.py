"""Connectors: services whose tools agents use, and the credentials for them."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING
from urllib.parse import quote

from typing_extensions import Unpack

from mistral_async._binding.raw import Raw
from mistral_async._binding.resource import M, Resource, endpoint, keeping_arguments
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.paging import PageToken
from mistral_async._engine.request import Call, Pages, RetrySafety, checked_ids, delete, get, pages, patch, post, put
from mistral_async.models.connectors import (
    AuthURLOptions,
    AuthURLResponse,
    Connector,
    ConnectorAuthType,
    ConnectorOptions,
    ConnectorsQueryFilters,
    ConnectorToolsOptions,
    ConsumerScope,
    CredentialsOptions,
    CredentialsResponse,
    MessageResponse,
    PaginatedConnectors,
    PublicAuthenticationMethod,
    UpdateConnectorRequest,
)
from mistral_async.models.mcp import ConnectorToolCallResponse, MCPTool
from mistral_async.resources._gateway import PATH, Behind, GatewayHeaders
from mistral_async.tools._mcp import MCPOptions

if TYPE_CHECKING:
    from mistral_async.tools import MCP

_ALL = "/v1/connectors"
_ONE = "/v1/connectors/{}"
_CREDENTIALS = "/v1/connectors/{}/{}/credentials"


class Connectors(Resource[M]):
    """Connectors: services whose tools agents use, each named by its id, or by its name where a method takes it."""

    @endpoint
    @keeping_arguments
    def list(
        self,
        *,
        query_filters: ConnectorsQueryFilters | JSONMapping | None = None,
        cursor: str | None = None,
        page_size: int | None = None,
    ) -> Pages[Connector, PaginatedConnectors]:
        """List connectors: 100 in a page where `page_size` is not set."""
        query = {**(query_filters or {}), "cursor": cursor, "page_size": page_size}
        by = PageToken("cursor", "pagination.next_cursor")
        return pages(_ALL, query=query, returns=PaginatedConnectors, by=by, items="items")

    @endpoint
    def create(
        self, *, name: str, description: str, server: str, **options: Unpack[ConnectorOptions]
    ) -> Call[Connector]:
        """Create a connector to the service at `server`."""
        json = {"name": name, "description": description, "server": server, **options}
        return post(_ALL, json=json, returns=Connector)

    @endpoint
    def get(
        self,
        connector_id_or_name: str,
        *,
        fetch_user_data: bool | None = None,
        fetch_customer_data: bool | None = None,
        fetch_connection_secrets: bool | None = None,
    ) -> Call[Connector]:
        """Get a connector; with `fetch_user_data` also your credentials, without their secrets."""
        query = {
            "fetch_user_data": fetch_user_data,
            "fetch_customer_data": fetch_customer_data,
            "fetch_connection_secrets": fetch_connection_secrets,
        }
        return get(_ONE, connector_id_or_name, query=query, returns=Connector)

    @endpoint
    def update(self, connector_id: str, **changes: Unpack[UpdateConnectorRequest]) -> Call[Connector]:
        """Change a connector. None removes the title, the icon and the system prompt."""
        return patch(_ONE, connector_id, json=changes, nulls={"title", "icon_url", "system_prompt"}, returns=Connector)

    @endpoint
    def delete(self, connector_id: str) -> Call[MessageResponse]:
        """Delete a connector."""
        return delete(_ONE, connector_id, returns=MessageResponse)

    @endpoint
    def share(self, connector_id: str) -> Call[MessageResponse]:
        """Share a private connector with the workspace, which owns it from now on."""
        return put(f"{_ONE}/share", connector_id, returns=MessageResponse)

    @endpoint
    def unshare(self, connector_id: str) -> Call[MessageResponse]:
        """Take a connector back from the workspace: it is its creator's again, and private."""
        return delete(f"{_ONE}/share", connector_id, returns=MessageResponse)

    @endpoint
    def share_to_organization(self, connector_id: str) -> Call[MessageResponse]:
        """Share a connector with the organization."""
        return put(f"{_ONE}/organization/share", connector_id, returns=MessageResponse)

    @endpoint
    def unshare_from_organization(self, connector_id: str) -> Call[MessageResponse]:
        """Take a connector back from the organization."""
        return delete(f"{_ONE}/organization/share", connector_id, returns=MessageResponse)

    @endpoint
    def activate_for_consumer(self, connector_id: str, consumer_scope: ConsumerScope | str) -> Call[MessageResponse]:
        """Activate a connector for yourself, the workspace or the organization."""
        return post(
            f"{_ONE}/{{}}/activate", connector_id, consumer_scope, safety=RetrySafety.SAFE, returns=MessageResponse
        )

    @endpoint
    def deactivate_for_consumer(self, connector_id: str, consumer_scope: ConsumerScope | str) -> Call[MessageResponse]:
        """Deactivate a connector for yourself, the workspace or the organization."""
        return post(
            f"{_ONE}/{{}}/deactivate", connector_id, consumer_scope, safety=RetrySafety.SAFE, returns=MessageResponse
        )

    @endpoint
    def get_auth_url(self, connector_id_or_name: str, **options: Unpack[AuthURLOptions]) -> Call[AuthURLResponse]:
        """Get the page on which a user lets the connector use the service."""
        return get(f"{_ONE}/auth_url", connector_id_or_name, query=options, returns=AuthURLResponse)

    @endpoint
    def get_authentication_methods(self, connector_id_or_name: str) -> Call[builtins.list[PublicAuthenticationMethod]]:
        """Get the ways to authenticate that a connector knows."""
        returns = builtins.list[PublicAuthenticationMethod]
        return get(f"{_ONE}/authentication_methods", connector_id_or_name, returns=returns)

    @endpoint
    def list_organization_credentials(
        self,
        connector_id_or_name: str,
        *,
        auth_type: ConnectorAuthType | str | None = None,
        fetch_default: bool | None = None,
    ) -> Call[CredentialsResponse]:
        """List the organization's credentials for a connector."""
        query = {"auth_type": auth_type, "fetch_default": fetch_default}
        return get(f"{_ONE}/organization/credentials", connector_id_or_name, query=query, returns=CredentialsResponse)

    @endpoint
    def list_workspace_credentials(
        self,
        connector_id_or_name: str,
        *,
        auth_type: ConnectorAuthType | str | None = None,
        fetch_default: bool | None = None,
    ) -> Call[CredentialsResponse]:
        """List the workspace's credentials for a connector."""
        query = {"auth_type": auth_type, "fetch_default": fetch_default}
        return get(f"{_ONE}/workspace/credentials", connector_id_or_name, query=query, returns=CredentialsResponse)

    @endpoint
    def list_user_credentials(
        self,
        connector_id_or_name: str,
        *,
        auth_type: ConnectorAuthType | str | None = None,
        fetch_default: bool | None = None,
    ) -> Call[CredentialsResponse]:
        """List your own credentials for a connector."""
        query = {"auth_type": auth_type, "fetch_default": fetch_default}
        return get(f"{_ONE}/user/credentials", connector_id_or_name, query=query, returns=CredentialsResponse)

    @endpoint
    def create_credentials(
        self,
        connector_id_or_name: str,
        consumer_scope: ConsumerScope | str,
        *,
        name: str,
        **options: Unpack[CredentialsOptions],
    ) -> Call[MessageResponse]:
        """Create credentials for a connector, or change those of this name. OAuth 2 asks the user: `get_auth_url`."""
        json = {"name": name, **options}
        return post(_CREDENTIALS, connector_id_or_name, consumer_scope, json=json, returns=MessageResponse)

    @endpoint
    def update_credentials(
        self,
        connector_id_or_name: str,
        consumer_scope: ConsumerScope | str,
        *,
        name: str,
        **changes: Unpack[CredentialsOptions],
    ) -> Call[MessageResponse]:
        """Change credentials for a connector. None removes the title."""
        json = {"name": name, **changes}
        ids = connector_id_or_name, consumer_scope
        return patch(_CREDENTIALS, *ids, json=json, nulls={"title"}, returns=MessageResponse)

    @endpoint
    def delete_credentials(
        self, connector_id_or_name: str, consumer_scope: ConsumerScope | str, credentials_name: str
    ) -> Call[MessageResponse]:
        """Delete credentials for a connector."""
        ids = connector_id_or_name, consumer_scope, credentials_name
        return delete(f"{_CREDENTIALS}/{{}}", *ids, returns=MessageResponse)

    @endpoint
    def delete_all_user_credentials(self, connector_id_or_name: str) -> Call[MessageResponse]:
        """Delete all your own credentials for a connector."""
        return delete(f"{_ONE}/user/credentials", connector_id_or_name, returns=MessageResponse)

    @endpoint
    def list_tools(
        self, connector_id_or_name: str, **options: Unpack[ConnectorToolsOptions]
    ) -> Call[builtins.list[MCPTool]]:
        """List a page of the tools of a connector."""
        returns = builtins.list[MCPTool]
        return get(f"{_ONE}/tools", connector_id_or_name, query=options, returns=returns)

    @endpoint
    def call_tool(
        self,
        connector_id_or_name: str,
        tool_name: str,
        *,
        arguments: JSONMapping | None = None,
        credentials_name: str | None = None,
    ) -> Call[ConnectorToolCallResponse]:
        """Call a tool of a connector; a call that may have been received is not sent again."""
        json, query = {"arguments": arguments}, {"credentials_name": credentials_name}
        ids, returns = (connector_id_or_name, tool_name), ConnectorToolCallResponse
        return post(f"{_ONE}/tools/{{}}/call", *ids, json=json, query=query, returns=returns)

    def http_client(self, connector_id_or_name: str, *, credentials_name: str | None = None) -> ConnectorHTTP[M]:
        """Return a client of the connector's HTTP API, behind the gateway: `request` takes paths of that API.

        `credentials_name` names the credentials to use. Default: the default ones.
        """
        return ConnectorHTTP(Behind(self._executor, connector_id_or_name, credentials_name))

    def mcp_client(
        self, connector_id_or_name: str, *, credentials_name: str | None = None, **options: Unpack[MCPOptions]
    ) -> MCP:
        """Return the connector's MCP server, behind the gateway: for `tools=` of a run, or `session()`.

        `credentials_name` names the credentials to use. Default: the default ones. `options` are those of `tools.MCP`,
        such as `include` and `requires_confirmation`. It has connections of its own. Needs the extra `mcp`.
        """
        from mistral_async.tools import MCP

        headers = GatewayHeaders(self._executor.engine, credentials_name)
        url = f"{headers.server_url}{PATH.format(quote(checked_ids((connector_id_or_name,))[0], safe=''))}/mcp"
        return MCP(url, headers=headers, **options)


class ConnectorHTTP(Raw[M]):
    """The HTTP API of a connector's service, behind the gateway.

    `request` is that of the client, with paths of this API: `{}` for each id, no `.` or `..`. The service's own errors
    are raised as those of the API, the gateway's as `ConnectorsGatewayError`. Redirects are not followed.
    """
