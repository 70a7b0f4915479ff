"""What tools of users see of the package: `help`, signatures, annotations, mocks, pydantic; and Python's options."""

from __future__ import annotations

import inspect
import pydoc
import re
import subprocess
import sys
import typing
from unittest.mock import create_autospec, patch

import pydantic
import pytest
from derived import PUBLIC, public_names

import mistral_async
from mistral_async import Call, LimitStore, Mistral, RateLimits, SQLiteStore, SyncMistral, calls, errors, models
from mistral_async.resources.chat import Chat

HI = {"model": "m", "messages": []}
OPTIONS = [each for each in (getattr(models, name) for name in models.__all__) if hasattr(each, "__required_keys__")]


@pytest.fixture(params=[Mistral, SyncMistral])
def client(request):
    return request.param("key")


@pytest.mark.parametrize("package", PUBLIC)
def test_help_is_shown_and_annotations_of_classes_are_resolved(package):
    module = sys.modules.get(package) or __import__(package, fromlist=["_"])
    assert pydoc.render_doc(module)
    for name in public_names(module):
        if inspect.isclass(found := getattr(module, name)):
            assert typing.get_type_hints(found) is not None, name


def test_signatures_of_values_are_shown():
    assert "form: " in str(inspect.signature(Call))
    assert "store: " in str(inspect.signature(RateLimits))


@pytest.mark.parametrize("name", ["complete", "run"])
def test_a_class_shows_its_endpoints_as_methods(name):
    method = getattr(Chat, name)
    assert (method.__name__, method.__qualname__, method.__module__) == (name, f"Chat.{name}", Chat.__module__)
    assert next(iter(inspect.signature(method).parameters)) == "self"
    assert re.search(rf" {name}\(\W*self\b", pydoc.plain(pydoc.render_doc(Chat)))


def test_an_endpoint_can_be_called_on_its_class():
    assert Chat.complete(calls.chat, **HI) == calls.chat.complete(**HI)
    with pytest.raises(TypeError, match="makes several requests"):
        Chat.run(calls.chat, "hi", model="m")


def test_endpoints_are_patched_with_their_signature(client):
    with patch.object(Chat, "complete", autospec=True) as patched:
        patched.return_value = "answer"
        assert client.chat.complete(**HI) == "answer"
    mock = create_autospec(client)
    if inspect.iscoroutine(made := mock.chat.complete(**HI)):
        made.close()
    with pytest.raises(TypeError, match=r"missing a required .*argument: 'model'"):
        mock.chat.complete(messages=[])


@pytest.mark.parametrize("options", OPTIONS, ids=lambda each: each.__name__)
def test_options_are_types_of_pydantic(options):
    config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    assert pydantic.create_model("Settings", __config__=config, options=(options | None, None))().options is None


def test_open_unions_are_shown_as_in_a_union():
    assert str(models.Entry | None) == f"{models.Entry!r} | None", "beartype compares them"


def test_a_store_is_told_from_what_is_none(tmp_path):
    assert isinstance(SQLiteStore(tmp_path / "limits"), LimitStore)
    assert not isinstance("limits", LimitStore)


def test_a_store_without_a_path_says_so_and_no_more():
    with pytest.raises(TypeError, match="path"):
        SQLiteStore()  # an error in its `__del__` would be a warning, and so fail this test


def test_what_is_not_installed_is_named_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, "coredis", None)
    monkeypatch.setitem(sys.modules, "trio", None)
    with pytest.raises(ImportError, match=r"pip install 'mistral-async\[redis\]'"):
        mistral_async.RedisStore("redis://localhost")
    with pytest.raises(errors.MissingExtraError, match=r"pip install mistral-async\[trio\]"):
        SyncMistral("key", backend="trio")


@pytest.mark.parametrize("option", ["-O", "-OO", "-I"])
def test_options_of_python(option):
    code = """if True:
        import sys
        sys.path.insert(0, sys.argv[1])
        from mistral_async import *
        from mistral_async.testing import FakeMistral
        with FakeMistral() as server, SyncMistral(server.api_key, server_url=server.url) as client:
            answer = client.chat.complete(model="mistral-small-latest", messages=[{"role": "user", "content": "hi"}])
            print(client.chat, calls, answer.text)
    """
    root = mistral_async.__path__[0].removesuffix("mistral_async")
    command = [sys.executable, "-W", "error", option, "-c", code, root]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.startswith("<Chat: "), done.stderr
    assert done.stdout.endswith("You said: hi\n")
