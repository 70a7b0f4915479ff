"""The official SDK's MCP clients and their authorization, with `mcp`'s own OAuth server on a real socket."""

from __future__ import annotations

import json
import logging
import socket
import threading
import traceback
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import anyio
import pytest

pytest.importorskip("mcp")
pytest.importorskip("authlib")

import httpx2
from oauth_server import Provider, serve

from mistral_async.compat.extra.exceptions import MCPAuthException, MCPException
from mistral_async.compat.extra.mcp.auth import (
    AsyncOAuth2Client,
    ClientRegistrationError,
    OAuthParams,
    build_oauth_params,
    get_oauth_server_metadata,
)
from mistral_async.compat.extra.mcp.sse import MCPClientSSE, SSEServerParams
from mistral_async.compat.extra.mcp.streamable_http import MCPClientStreamableHTTP, StreamableHTTPServerParams
from mistral_async.compat.extra.run.context import RunContext
from mistral_async.errors import MistralError

pytestmark = [
    pytest.mark.slow,  # it loads mcp, which takes seconds
    pytest.mark.filterwarnings("ignore:.*Async generator:ResourceWarning"),  # mcp leaves them to trio
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # the same, as pytest has it
]

ON_BOTH = pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
BACK = "http://localhost:1/back"
SCHEME = {"authorization_url": "https://a.test/a", "token_url": "https://a.test/t", "scope": []}


@pytest.fixture(scope="module")
def provider():
    return Provider()


@pytest.fixture(scope="module")
def url(provider):
    with serve(provider) as url:
        yield url


async def let_in(params, back=BACK):
    """Return what a user who agrees comes back with."""
    asking = MCPClientSSE(SSEServerParams(url="http://a.test/sse"), oauth_params=params)
    address, state = await asking.get_auth_url_and_state(back)
    async with httpx2.AsyncClient() as browser:
        return (await browser.get(address)).headers["location"], state


async def authorized(url):
    params = await build_oauth_params(url, BACK, scope=["user"])
    client = MCPClientSSE(SSEServerParams(url=f"{url}/sse"), oauth_params=params)
    answer, state = await let_in(params)
    client.set_auth_token(await client.get_token_from_auth_response(answer, BACK, state))
    return client, params


def locals_of_ours(tb):
    """Return what a report of an error shows of the variables in the package."""
    frames = [frame for frame, _ in traceback.walk_tb(tb) if "mistral_async." in frame.f_globals["__name__"]]
    assert frames
    return repr([frame.f_locals for frame in frames])


@contextmanager
def answering(answers):
    """Serve objects by their paths, 404 elsewhere; a function gives them by the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found = answers(url).get(self.path)
            self.send_response(404 if found is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.do_GET()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield url
        finally:
            server.shutdown()
            thread.join()


@ON_BOTH
async def test_a_server_that_asks_for_it_is_used_with_a_token(url):
    client = MCPClientSSE(SSEServerParams(url=f"{url}/sse"))
    assert await client.requires_auth()
    with pytest.raises(MCPAuthException, match="no auth params provided"):
        await client.initialize()
    with pytest.raises(MCPAuthException, match="no auth params provided"):
        async with RunContext(model="m") as run:
            await run.register_mcp_client(client)
    client, _ = await authorized(client.base_url)
    assert not await client.requires_auth()
    async with RunContext(model="m") as run:
        await run.register_mcp_client(client)
        assert {"add", "picture"} == run.tools.keys()
    await client.initialize()
    assert [each.function.name for each in await client.get_tools()] == ["add", "picture"]
    assert await client.execute_tool("add", {"a": 1, "b": 2}) == [{"type": "text", "text": "3"}]
    assert (await client.get_system_prompt("greeting", {"name": "Ann"}))["messages"] == [
        {"role": "user", "content": {"type": "text", "text": "Greet Ann."}}
    ]
    assert [each.name for each in (await client.list_system_prompts()).prompts] == ["greeting"]
    with pytest.raises(MCPException, match="Only supporting text"):
        await client.execute_tool("picture", {})
    await client.aclose()


@ON_BOTH
async def test_a_token_that_expires_in_a_session_ends_the_call_and_is_refreshed(url, provider):
    client, params = await authorized(url)
    await client.initialize()
    provider.expire()
    with anyio.fail_after(30), pytest.raises(MCPAuthException, match=r"^Authentication required\.$"):
        await client.execute_tool("add", {"a": 1, "b": 2})
    await client.aclose()
    again = MCPClientSSE(SSEServerParams(url=f"{url}/sse"), oauth_params=params, auth_token=client._auth_token)
    with pytest.raises(MCPAuthException, match=r"^Authentication required\.$"):
        await again.initialize()
    await again.refresh_auth_token()
    await again.initialize()
    assert await again.execute_tool("add", {"a": 2, "b": 2}) == [{"type": "text", "text": "4"}]
    await again.aclose()
    with pytest.raises(MCPAuthException, match="invalid_grant") as caught:  # it was used already
        await client.refresh_auth_token()
    assert client._auth_token["refresh_token"] not in locals_of_ours(caught.tb)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_no_error_and_no_log_has_a_secret(url, caplog):
    caplog.set_level(logging.DEBUG, "mistralai")
    params = await build_oauth_params(url, BACK, scope=["user"])
    answer, state = await let_in(params)
    code = answer.partition("code=")[2].partition("&")[0]
    client = MCPClientSSE(SSEServerParams(url=f"{url}/sse"), oauth_params=params)
    stranger = OAuthParams(scheme=params.scheme, client_id=params.client_id, client_secret="a guess")
    for asking, given, told in [
        (client, f"{answer}x", "another state"),
        (client, f"http://[{answer}", "no address"),
        (client, f"{BACK}?error=access_denied&error_description=No.&state={state}", "access_denied: No."),
        (client, f"{BACK}?state={state}", "no code"),
        (client, f"{BACK}?code={code}0&state={state}", "invalid_grant"),
        (MCPClientSSE(SSEServerParams(url=url), oauth_params=stranger), answer, "gave no token"),
    ]:
        with pytest.raises(MCPAuthException, match=told) as caught:
            await asking.get_token_from_auth_response(given, BACK, state)
        assert caught.value.__cause__ is None
        assert not any(secret in str(caught.value) for secret in (code, params.client_secret))
        assert params.client_secret not in locals_of_ours(caught.tb)
    for lost in ("", None):  # a session that has no state must take no answer that has none
        with pytest.raises(MCPAuthException, match="another state"):
            await client.get_token_from_auth_response(f"{BACK}?code={code}", BACK, lost)
    token = await client.get_token_from_auth_response(answer, BACK, state)
    shown = caplog.text + repr(params) + repr(SSEServerParams(url=f"{url}/sse?key=abc", headers={"x": "abc"}))
    assert not any(each in shown for each in (code, params.client_secret, token["access_token"], "abc"))


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_no_error_of_a_connection_has_a_secret(url):
    address = url.replace("//", "//user-of-it:password@")
    headers = {"authorization": "Bearer in-a-header\n"}
    client = MCPClientSSE(SSEServerParams(url=f"{address}/nothing?key=in-the-query", headers=headers))

    async def run():
        async with RunContext(model="m") as run:
            await run.register_mcp_client(client)

    for use in (client.initialize, run):
        with pytest.raises(MistralError, match="can not be reached") as caught:
            await use()
        shown = "".join(traceback.format_exception(caught.value))
        assert not any(each in shown for each in ("user-of-it", "password@", "in-the-query", "in-a-header"))


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_refusal_is_not_told_of_a_server_that_has_gone(url):
    client = MCPClientSSE(SSEServerParams(url=f"{url}/sse"))
    with pytest.raises(MCPAuthException):
        await client.initialize()
    client._sse_params.url = "http://127.0.0.1:1/sse"
    for use in (client.initialize, client.requires_auth):
        with pytest.raises(MCPException, match="can not be reached") as caught:
            await use()
        assert not isinstance(caught.value, MCPAuthException)


@ON_BOTH
async def test_a_token_is_refreshed_once_for_all_that_ask_at_once(url):
    client, _ = await authorized(url)
    async with anyio.create_task_group() as asking:
        for _ in range(3):
            asking.start_soon(client.refresh_auth_token)
    assert not await client.requires_auth()


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_code_is_bound_to_who_asked_for_it(url):
    params = await build_oauth_params(url, BACK, scope=["user"])
    (answer, state), (other, other_state) = await let_in(params), await let_in(params)
    client = MCPClientSSE(SSEServerParams(url=f"{url}/sse"), oauth_params=params)
    with pytest.raises(MCPAuthException, match="invalid_grant"):
        await client.get_token_from_auth_response(answer.replace(state, other_state), BACK, other_state)
    elsewhere = MCPClientSSE(
        SSEServerParams(url=f"{url}/sse"), oauth_params=OAuthParams.model_validate_json(params.model_dump_json())
    )
    assert (await elsewhere.get_token_from_auth_response(other, BACK, other_state))["access_token"]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_the_server_that_another_one_names_authorizes(url, provider):
    with serve(provider, issuer=url) as resource:
        assert (await get_oauth_server_metadata(f"{resource}/mcp")).issuer == url
        params = await build_oauth_params(f"{resource}/mcp", BACK, scope=["user"])
        assert params.scheme.token_url == f"{url}/token"
        client = MCPClientSSE(SSEServerParams(url=f"{resource}/sse"), oauth_params=params)
        answer, state = await let_in(params)
        client.set_auth_token(await client.get_token_from_auth_response(answer, BACK, state))
        assert not await client.requires_auth()


@ON_BOTH
async def test_cancelling_ends_the_wait_for_a_silent_server():
    params = OAuthParams.model_validate({"scheme": SCHEME, "client_id": "c", "client_secret": "s"})
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        token = {"access_token": "a", "refresh_token": "r"}
        client = MCPClientSSE(SSEServerParams(url=f"{url}/sse"), oauth_params=params, auth_token=token)
        params.scheme.token_url = params.scheme.refresh_url = url
        for use in (
            lambda: build_oauth_params(url, BACK),
            client.requires_auth,
            client.initialize,
            client.refresh_auth_token,
            lambda: client.get_token_from_auth_response(f"{BACK}?code=c&state=s", BACK, "s"),
        ):
            with anyio.move_on_after(0.05) as scope:
                await use()
            assert scope.cancelled_caught


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_server_without_metadata_has_the_default_paths(server):
    metadata = await get_oauth_server_metadata(server.url)
    assert metadata.authorization_endpoint == f"{server.url}/authorize"
    with pytest.raises(ValueError, match="registration failed: status=401") as caught:
        await build_oauth_params(server.url, BACK)
    assert isinstance(caught.value, MCPAuthException)
    given = await build_oauth_params(server.url, BACK, client_id="c", client_secret="s")
    assert AsyncOAuth2Client.from_oauth_params(given).client_id == "c"


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    "resource", [{"resource": "http://[bad"}, {"authorization_servers": 5}, {"authorization_servers": ["http://[bad"]}]
)
async def test_metadata_that_can_not_be_read_is_an_error_of_ours(resource):
    place = "/.well-known/oauth-protected-resource"
    with (
        answering(lambda url: {place: {"resource": url} | resource}) as url,
        pytest.raises(MCPAuthException, match="metadata of"),
    ):
        await get_oauth_server_metadata(url)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    "registered", [{"client_id": 5}, {"client_id": ""}, {"client_id": "a", "client_secret": 7}, {}]
)
async def test_a_client_without_an_id_is_not_registered(registered):
    with answering(lambda _: {"/register": registered}) as url, pytest.raises(ClientRegistrationError):
        await build_oauth_params(url, BACK)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_metadata_with_nulls_is_taken():
    paths = dict.fromkeys(("issuer", "authorization_endpoint", "token_endpoint"), "https://a.test/a")
    metadata = {**paths, "response_types_supported": ["code"], "grant_types_supported": None}
    with answering(lambda _: {"/.well-known/oauth-authorization-server": metadata}) as url:
        params = await build_oauth_params(url, BACK, client_id="c", client_secret="s")
    assert params.scheme.refresh_url is None


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_what_is_not_there_yet_is_asked_for():
    client = MCPClientSSE(SSEServerParams(url="https://sea.test/sse"))
    assert client.base_url == "https://sea.test"
    for use in (client.get_auth_url_and_state(BACK), client.refresh_auth_token()):
        with pytest.raises(MCPAuthException, match="set_oauth_params"):
            await use
    client.set_oauth_params(OAuthParams.model_validate({"scheme": SCHEME, "client_id": "c", "client_secret": "s"}))
    with pytest.raises(MCPAuthException, match="refresh_url"):
        await client.refresh_auth_token()


@ON_BOTH
async def test_streamable_http_tells_that_an_authorization_is_needed(url, provider):
    async def connect(**headers):
        client = MCPClientStreamableHTTP(StreamableHTTPServerParams(url=f"{url}/mcp", headers=headers))
        await client.initialize()
        return client

    with pytest.raises(MCPAuthException, match="no auth params provided"):
        await connect()
    authorized_one, _ = await authorized(url)
    client = await connect(authorization=f"Bearer {authorized_one._auth_token['access_token']}")
    assert await client.execute_tool("add", {"a": 1, "b": 2}) == [{"type": "text", "text": "3"}]
    provider.expire()
    with pytest.raises(MCPAuthException):
        await client.execute_tool("add", {"a": 1, "b": 2})
    await client.aclose()
