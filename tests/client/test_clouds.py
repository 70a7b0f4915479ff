"""The clients of clouds: their routes, on every loop and for code that blocks, and what they refuse to send."""

from __future__ import annotations

import inspect
import pickle
import sys
import threading
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from mistral_async import (
    Hooks,
    MistralAzure,
    MistralGCP,
    RateLimits,
    SyncMistral,
    SyncMistralAzure,
    SyncMistralGCP,
    calls,
)
from mistral_async._client.google_credentials import GoogleCredentials
from mistral_async._http.origin import Origin
from mistral_async.errors import (
    APIConnectionError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    MissingExtraError,
    UnsupportedOperationError,
)
from mistral_async.testing import FakeMistral

MODEL = "mistral-large-2411"
HI = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]}
AZURE = "/models/chat/completions?api-version=2024-05-01-preview"
VERTEX = f"/v1/projects/p/locations/europe-west4/publishers/mistralai/models/{MODEL}:"
ROUTES = {"azure": (AZURE, AZURE), "vertex": (f"{VERTEX}rawPredict", f"{VERTEX}streamRawPredict")}


class Sky(msgspec.Struct):
    blue: bool


def weather(city: str) -> str:
    """Tell the weather."""
    return f"sunny in {city}"


def client_of(cloud, server, **settings):
    if cloud == "azure":
        return MistralAzure(server.api_key, server_url=server.url, **settings)
    return MistralGCP("p", access_token=server.api_key, server_url=server.url, **settings)


def blocking_client_of(cloud, server, **settings):
    if cloud == "azure":
        return SyncMistralAzure(server.api_key, server_url=server.url, **settings)
    return SyncMistralGCP("p", access_token=server.api_key, server_url=server.url, **settings)


@pytest.fixture(params=ROUTES)
def cloud(request):
    return request.param


def targets(server):
    return [request.target for request in server.requests]


async def test_every_kind_of_call(cloud, server):
    whole, streamed = ROUTES[cloud]
    async with client_of(cloud, server) as client:
        assert (await client.chat.complete(**HI)).text == "You said: hi"
        async with client.chat.stream(**HI) as stream:
            assert "".join([chunk.choices[0].delta.content or "" async for chunk in stream]) == "You said: hi"
        assert (await client.chat.parse(**HI, response_format=Sky)).value == Sky(blue=True)
        run = await client.chat.run("What is the weather in Paris?", model=MODEL, tools=[weather])
        assert "sunny" in run.text
        response = await client.with_response.chat.complete(**HI)
        assert response.json()["model"] == MODEL
        answers = await client.bulk.map(calls.chat.complete(**HI) for _ in range(3)).collect()
        assert [each.value.text for each in answers] == ["You said: hi"] * 3
    assert targets(server) == [whole, streamed, *[whole] * 7]
    assert {request.operation for request in server.requests} == {"chat.complete", "chat.stream"}
    assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {server.api_key}"}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_every_kind_of_blocking_call(cloud, threaded_server, backend):
    whole, streamed = ROUTES[cloud]
    with blocking_client_of(cloud, threaded_server, backend=backend) as client:
        assert client.chat.complete(**HI).text == "You said: hi"
        with client.chat.stream(**HI) as stream:
            assert stream.get_final_response().text == "You said: hi"
        assert client.chat.parse(**HI, response_format=Sky).value == Sky(blue=True)
        assert client.bulk.map([calls.chat.complete(**HI)]).collect()[0].value.text == "You said: hi"
    assert targets(threaded_server) == [whole, streamed, whole, whole]


def test_each_has_its_other_group(threaded_server):
    server = threaded_server
    with blocking_client_of("azure", server) as client:
        document = {"type": "document_url", "document_url": "https://a.test/b.pdf"}
        assert client.ocr.process(model="ours", document=document).pages
    with blocking_client_of("vertex", server) as client:
        assert client.fim.complete(model="codestral-2@001", prompt="def f():").text
        with client.fim.stream(model="codestral-2", prompt="def f():") as stream:
            assert stream.get_final_response().text
    place = "/v1/projects/p/locations/europe-west4/publishers/mistralai/models/codestral-2"
    assert targets(server) == [
        "/providers/mistral/azure/ocr?api-version=2024-05-01-preview",
        f"{place}@001:rawPredict",
        f"{place}:streamRawPredict",
    ]
    assert [request.operation for request in server.requests] == ["ocr.process", "fim.complete", "fim.stream"]


async def test_what_a_cloud_does_not_have_is_not_sent(cloud, server, tmp_path):
    file = tmp_path / "a.pdf"
    file.write_bytes(b"a")
    async with client_of(cloud, server) as client:
        wanted = [
            lambda: client.embeddings.create(model="mistral-embed", inputs=["a"]),
            client.models.list,
            lambda: client.files.upload(file, "ocr"),
            lambda: client.files.download("id").read(),
            lambda: anext(aiter(client.files.list())),
            lambda: client.agents.stream(agent_id="a", messages=HI["messages"]).__aenter__(),
            lambda: client.request("GET", "/v2/new", returns=None),
        ]
        for want in wanted:
            with pytest.raises(
                UnsupportedOperationError, match=r"has no (POST|GET) .*nothing was sent: it has"
            ) as caught:
                await want()
            assert caught.value.gateway in str(caught.value)
            assert not caught.value.may_have_executed
        assert caught.value.operation == "GET /v2/new"
        with pytest.raises(UnsupportedOperationError):
            client.beta.connectors.mcp_client("id")
        (failed,) = await client.bulk.map([calls.models.list()]).collect()
        assert isinstance(failed.error, UnsupportedOperationError)
    assert not server.requests


def test_refusals_of_keys_name_where_they_came_from(cloud):
    with FakeMistral(api_key="another") as server:
        server.api_key = "a wrong key"
        refused = pytest.raises(AuthenticationError, match=r"(invalid subscription key|OAuth 2)")
        with blocking_client_of(cloud, server) as client, refused as caught:
            client.chat.complete(**HI)
    assert ROUTES[cloud][0].partition("?")[0] in str(caught.value)
    assert "a wrong key" not in str(caught.value)


def test_limits_and_hooks_see_what_was_asked_for(cloud, threaded_server):
    class Seen(Hooks):
        def __init__(self):
            self.calls = []

        def before_call(self, call):
            self.calls.append((call.request.route, call.request.model))

    seen = Seen()
    limits = RateLimits(models={MODEL: RateLimits(requests_per_minute=1, burst=1)})
    with blocking_client_of(cloud, threaded_server, hooks=seen, rate_limits=limits) as client:
        client.chat.complete(**HI)
        with pytest.raises(APITimeoutError, match="rate limit"):
            client.with_options(timeout=0.05).chat.complete(**HI)
        client.chat.complete(**{**HI, "model": "mistral-small-2603"})
    assert seen.calls == [("/v1/chat/completions", model) for model in (MODEL, MODEL, "mistral-small-2603")]


def test_the_key_of_the_api_is_never_sent_to_a_cloud(monkeypatch, threaded_server):
    monkeypatch.setenv("MISTRAL_API_KEY", "of the API")
    monkeypatch.setenv("MISTRAL_SERVER_URL", "https://api.test")
    monkeypatch.setenv("MISTRAL_SA_TOKEN_PATH", "/dev/null")
    with pytest.raises(ConfigurationError, match="server_url"):
        MistralAzure("key")
    with (
        SyncMistralAzure(None, server_url=threaded_server.url) as client,
        pytest.raises(ConfigurationError, match="no API key"),
    ):
        client.chat.complete(**HI)
    assert not threaded_server.requests


AS_AZURE_SHOWS_IT = "/models/chat/completions?api-version=2024-10-21"


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("", "/models/chat/completions?api-version=9"),
        ("/", "/models/chat/completions?api-version=9"),
        ("/models", "/models/chat/completions?api-version=9"),
        (AS_AZURE_SHOWS_IT, AS_AZURE_SHOWS_IT),
        ("/models/", "/models/chat/completions?api-version=9"),
        ("/providers/mistral/azure/ocr", "/models/chat/completions?api-version=9"),
        ("/v1", "/v1/chat/completions?api-version=9"),
        ("/v1/chat/completions?api-version=1", "/v1/chat/completions?api-version=1"),
        ("/a/b?x=1&y=%20", "/a/b/models/chat/completions?api-version=9&x=1&y=%20"),
    ],
)
def test_addresses_of_azure(address, target):
    with (
        FakeMistral() as server,
        SyncMistralAzure(
            server.api_key, server_url=server.url + address, api_version="9", retry_config={"strategy": "none"}
        ) as client,
    ):
        if "/a/b" in address:
            with pytest.raises(Exception, match="404"):
                client.chat.complete(**HI)
        else:
            client.chat.complete(**HI)
        assert server.requests[-1].target == target


def test_a_serverless_deployment_of_azure_is_known_by_its_name():
    client = MistralAzure("key", server_url="https://large.eastus2.models.ai.azure.com/chat/completions")
    state = client._executor.engine.state
    assert (state.network.origin.host, state.prefix) == ("large.eastus2.models.ai.azure.com", "")
    assert state.gateway.serverless


@pytest.mark.parametrize(
    "address", ["https://me:secret@host\u2100.com", "https://[x", "https://me:secret@[x/v1", "https://a.test:secret/v1"]
)
def test_an_address_of_azure_that_is_none_shows_no_password(address):
    with pytest.raises(ConfigurationError, match="server_url must be like") as caught:
        MistralAzure("k", server_url=address)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_azure_wants_a_version():
    with FakeMistral() as server, SyncMistralAzure(server.api_key, server_url=server.url) as client:
        client.chat.complete(**HI)
        with pytest.raises(BadRequestError, match="api-version"):
            client.with_options(extra_query={"api-version": None}).chat.complete(**HI)


@pytest.mark.parametrize("parts", [{}, {"model": ""}, {"model": 3}])
def test_vertex_wants_a_model(threaded_server, parts):
    messages = HI["messages"]
    with blocking_client_of("vertex", threaded_server) as client:
        with pytest.raises(ConfigurationError, match="Vertex AI has the model in its path: pass model="):
            client.request("POST", "/v1/chat/completions", json={**parts, "messages": messages})
        with pytest.raises(ConfigurationError, match="pass model="):
            client.with_options(extra_body={"model": ""}).chat.complete(**HI)
    assert not threaded_server.requests


def test_a_model_in_extra_body_is_that_of_the_path_too(threaded_server):
    with blocking_client_of("vertex", threaded_server) as client:
        other = client.with_options(extra_body={"model": "codestral-2", "random_seed": 1})
        other.chat.complete(**HI)
        with other.chat.stream(**HI) as stream:
            stream.get_final_response()
    for request, method in zip(threaded_server.requests, ("rawPredict", "streamRawPredict"), strict=True):
        assert request.path.endswith(f"/models/codestral-2:{method}")
        assert (request.json()["model"], request.json()["random_seed"]) == ("codestral-2", 1)


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-central1", "us-central1-aiplatform.googleapis.com"),
        ("global", "aiplatform.googleapis.com"),
        ("eu", "aiplatform.eu.rep.googleapis.com"),
    ],
)
def test_regions_of_vertex(region, host):
    client = MistralGCP("p", region, "token")
    assert client._executor.engine.state.network.origin == Origin("https", host, 443)


@pytest.mark.parametrize("kind", [MistralAzure, SyncMistralAzure, MistralGCP, SyncMistralGCP])
def test_signatures_show_every_setting(kind):
    shown = inspect.signature(kind).parameters
    assert {"server_url", "timeout_ms", "hooks", "headers"} <= shown.keys()
    with pytest.raises(TypeError, match="did you mean 'timeout_ms'"):
        kind("key", server_url="https://a.test", time_out_ms=1)


class Given:
    def __call__(self):
        return "test-key"


def test_views_and_pickles_stay_with_the_cloud(cloud, threaded_server):
    threaded_server.api_key = Given()
    client = blocking_client_of(cloud, threaded_server).with_options(timeout=9)
    copied = pickle.loads(pickle.dumps(client))
    assert type(copied) is type(client)
    assert isinstance(copied, SyncMistral)
    with client, copied:
        client.chat.complete(**HI)
        copied.chat.complete(**HI)
    assert targets(threaded_server) == [ROUTES[cloud][0]] * 2


# Google's default credentials, in place of google-auth's own.


class Credentials:
    def __init__(self, key):
        self.key, self.token, self.expiry, self.threads = key, None, None, []

    def refresh(self, request):
        self.threads.append(threading.current_thread())
        self.token = f"{self.key}"
        self.expiry = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=1)


@pytest.fixture
def google(monkeypatch):
    auth = pytest.importorskip("google.auth", reason="google-auth is not installed")
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)
    found = Credentials("test-key")
    monkeypatch.setattr(auth, "default", lambda scopes: (found, "detected"))
    return found


def test_credentials_of_ones_own(google, threaded_server):
    google.project_id = "theirs"
    with SyncMistralGCP(access_token=google, server_url=threaded_server.url) as client:
        client.chat.complete(**HI)
        client.chat.complete(**HI)
    assert len(google.threads) == 1
    assert "/projects/theirs/" in threaded_server.requests[0].target


def test_credentials_without_scopes_get_that_of_the_cloud(google, threaded_server):
    from google.auth import credentials

    class Account(Credentials, credentials.Scoped):
        """Those of a service account: a token needs a scope."""

        project_id = "theirs"

        def __init__(self, key, scopes=()):
            credentials.Scoped.__init__(self)
            super().__init__(key)
            self._scopes = scopes

        @property
        def requires_scopes(self):
            return not self._scopes

        def with_scopes(self, scopes, default_scopes=None):
            return Account(self.key, scopes)

        def refresh(self, request):
            assert self._scopes
            super().refresh(request)

    for given, scope in [((), "https://www.googleapis.com/auth/cloud-platform"), (("of mine",), "of mine")]:
        function = GoogleCredentials(Account(threaded_server.api_key, given))
        assert function().token == function().token == threaded_server.api_key
        assert function._credentials._scopes[0] == scope
    with SyncMistralGCP(access_token=Account(threaded_server.api_key), server_url=threaded_server.url) as client:
        client.chat.complete(**HI)


async def test_default_credentials_give_token_and_project(google, server):
    async with MistralGCP(server_url=server.url) as client:
        for _ in range(3):
            await client.chat.complete(**HI)
    (thread,) = google.threads
    assert thread is not threading.current_thread()
    assert all("/projects/detected/" in target for target in targets(server))
    copied = pickle.loads(pickle.dumps(client))
    assert isinstance(copied._executor.engine.state.key.function, GoogleCredentials)


def test_a_refused_token_is_replaced_once(google, threaded_server):
    google.key = "old"
    with SyncMistralGCP(server_url=threaded_server.url) as client:
        with pytest.raises(AuthenticationError):
            client.chat.complete(**HI)
        assert len(google.threads) == 2
        google.key = threaded_server.api_key
        client.chat.complete(**HI)
    assert len(google.threads) == 3


def test_what_google_auth_raises_becomes_an_error_of_ours(google, monkeypatch):
    import google.auth
    from google.auth import exceptions

    def fail(error):
        def refresh(request):
            raise error

        monkeypatch.setattr(google_, "refresh", refresh)

    google_ = google.auth.default(scopes=[])[0]
    with SyncMistralGCP(server_url="http://127.0.0.1:9") as client:
        fail(exceptions.TransportError("no route"))
        with pytest.raises(APIConnectionError, match="Google gave no token: no route") as caught:
            client.chat.complete(**HI)
        assert caught.value.phase == "key"
        fail(exceptions.RefreshError("invalid_grant"))
        with pytest.raises(ConfigurationError, match="gcloud auth application-default login"):
            client.chat.complete(**HI)

    def no_default(scopes):
        raise exceptions.DefaultCredentialsError("none found")

    monkeypatch.setattr(google.auth, "default", no_default)
    with (
        SyncMistralGCP(server_url="http://127.0.0.1:9") as client,
        pytest.raises(ConfigurationError, match="no Google credentials"),
    ):
        client.chat.complete(**HI)
    monkeypatch.setitem(sys.modules, "google.auth", None)
    with (
        SyncMistralGCP(server_url="http://127.0.0.1:9") as client,
        pytest.raises(MissingExtraError, match=r"pip install 'mistral-async\[gcp\]'"),
    ):
        client.chat.complete(**HI)


def test_a_project_is_needed(monkeypatch):
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)
    with pytest.raises(ConfigurationError, match="project_id"):
        MistralGCP(access_token="token")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "p")
    assert MistralGCP(access_token="token")._executor.engine.state.gateway.project == "p"
