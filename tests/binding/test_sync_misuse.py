"""What is said to someone who asks an endpoint for a stream by `stream=True`: the method that there is."""

from __future__ import annotations

import inspect
import re

import pytest

from mistral_async import Mistral, SyncMistral
from mistral_async._binding.resource import Resource


def endpoints(node, path=()):
    """Every method of every group."""
    for name in dir(type(node)):
        if name.startswith("_"):
            continue
        found = getattr(node, name)
        if isinstance(found, Resource):
            yield from endpoints(found, (*path, name))
        elif callable(found) and path:
            yield path, name


FOUND = sorted(endpoints(SyncMistral("key")))


def method(client, path, name):
    for part in path:
        client = getattr(client, part)
    return getattr(client, name)


def test_there_are_many():
    assert len(FOUND) > 80


@pytest.mark.parametrize("kind", [Mistral, SyncMistral])
def test_the_method_that_streams_is_named(kind):
    client = kind("key")
    advised = {}
    for path, name in FOUND:
        call = method(client, path, name)
        if "stream" in inspect.signature(call).parameters:
            continue
        with pytest.raises(TypeError) as caught:
            call(stream=True)
        if told := re.search(r"call `(\w+)\.(\w+)\(", str(caught.value)):
            group, twin = told.groups()
            assert group == path[-1]
            assert callable(method(client, path, twin)), f"there is no {'.'.join(path)}.{twin}"
            assert twin != name
            advised[".".join((*path, name))] = twin
    assert advised["chat.complete"] == advised["audio.transcriptions.complete"] == "stream"
    assert advised["chat.parse"] == "parse_stream"
    assert {advised[f"beta.conversations.{name}"] for name in ("start", "append", "restart")} == {
        "start_stream",
        "append_stream",
        "restart_stream",
    }
    assert "embeddings.create" not in advised
