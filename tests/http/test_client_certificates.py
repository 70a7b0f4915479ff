"""Mutual TLS: a certificate of the client, in the context that `verify=` takes, on our own connections and httpx's."""

from __future__ import annotations

import ssl

import pytest

from mistral_async import Mistral, SyncMistral
from mistral_async.errors import APIConnectionError
from mistral_async.testing import FakeMistral


@pytest.fixture
def demanding(authority, server_tls):
    """A context of a server that wants a certificate of its clients."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def own_context(authority):
    """Make what the guide says: trust, and a certificate of one's own."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    authority.issue_cert("client.test").configure_cert(context)
    return context


@pytest.mark.parametrize("http2", [False, True])
async def test_a_certificate_of_the_client(anyio_backend, authority, demanding, http2):
    if http2:
        pytest.importorskip("h2")
    with FakeMistral(tls=demanding) as server:
        url = f"https://localhost:{server.port}"
        async with Mistral(server.api_key, server_url=url, verify=own_context(authority), http2=http2) as client:
            for _ in range(2):
                assert (await client.models.list()).data
        assert server.connections.opened == 1


def test_a_server_answers_nobody_without_one(authority, demanding, client_tls):
    with (
        FakeMistral(tls=demanding) as server,
        SyncMistral(
            server.api_key,
            server_url=f"https://localhost:{server.port}",
            verify=client_tls,
            retry_config={"strategy": "none"},
        ) as client,
    ):
        with pytest.raises(APIConnectionError):
            client.models.list()
        assert not server.requests
