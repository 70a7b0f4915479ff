"""The routes of clouds on the fake server: their checks, and their errors in the forms that they have."""

from __future__ import annotations

import httpx
import pytest

from mistral_async.testing import FakeMistral

AZURE = "/models/chat/completions?api-version=1"
VERTEX = "/v1/projects/p/locations/l/publishers/mistralai/models/m:"
BODY = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture(scope="module")
def http():
    with FakeMistral() as server, httpx.Client(base_url=server.url) as client:
        client.headers["authorization"] = f"Bearer {server.api_key}"
        yield client


def test_azure_takes_its_own_header_and_wants_a_version(http):
    del http.headers["authorization"]
    assert http.post(AZURE, json=BODY, headers={"api-key": "test-key"}).json()["model"] == "mistral-large-2411"
    refused = http.post(AZURE, json=BODY)
    assert refused.status_code == 401
    assert refused.json()["error"]["code"] == "401"
    http.headers["authorization"] = "Bearer test-key"
    missing = http.post("/models/chat/completions", json=BODY)
    assert (missing.status_code, missing.json()["error"]["code"]) == (400, "MissingApiVersionParameter")


def test_vertex_streams_by_its_path(http):
    assert http.post(f"{VERTEX}rawPredict", json=BODY).json()["choices"]
    streamed = http.post(f"{VERTEX}streamRawPredict", json=BODY)
    assert streamed.headers["content-type"].startswith("text/event-stream")
    assert streamed.text.endswith("data: [DONE]\n\n")
    refused = http.post(f"{VERTEX}rawPredict", json=BODY, headers={"authorization": "Bearer other"})
    assert refused.status_code == 401
    assert refused.json()["error"]["status"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", AZURE), ("POST", f"{VERTEX}predict"), ("POST", "/models/embeddings?api-version=1")]
)
def test_other_routes_are_not_there(http, method, path):
    assert http.request(method, path, json=BODY).status_code in {404, 405}


@pytest.mark.parametrize("path", [AZURE, f"{VERTEX}rawPredict"])
def test_bodies_are_checked_as_the_api_checks_them(http, path):
    assert http.post(path, json={"model": "m"}).status_code == 422
    assert http.post(path, json={**BODY, "no_such": 1}).status_code == 422
    assert http.post(path, content=b"{").status_code == 422
    assert http.post(path, json=[]).status_code == 422
