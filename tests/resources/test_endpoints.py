"""Every endpoint, through `calls`: each parameter gets a value of its own, which must be found in the request."""

from __future__ import annotations

import inspect

import pytest
from endpoint_values import ALL, NOT_SENT, ONE_OF, RESPELT, Value, needed, parameters, respelt, sent

from mistral_async import calls
from mistral_async._uploads.multipart import Form

CASES = [(name, option) for name, method in ALL.items() for option in parameters(method) if option not in NOT_SENT]


@pytest.mark.parametrize(("name", "option"), CASES, ids=[f"{name}-{option}" for name, option in CASES])
def test_every_parameter_is_sent(name: str, option: str) -> None:
    method, arguments = ALL[name], needed(name)
    if respelt(name, option):
        value, mark = RESPELT[option]
    else:
        given = Value(parameters(method)[option][0], option)
        value, mark = given.value, given.mark
    if option in ONE_OF.get(name, ()):
        arguments = {key: each for key, each in arguments.items() if key not in ONE_OF[name]}
    if option not in arguments and option not in ONE_OF.get(name, ()):
        assert mark not in sent(method(**arguments)), "the mark is there without it"
    assert mark in sent(method(**arguments | {option: value}))


def test_signatures_show_every_option() -> None:
    for name, method in ALL.items():
        shown = inspect.signature(method).parameters
        assert set(shown) == set(parameters(method)), name
        assert all(each.annotation is not inspect.Parameter.empty for each in shown.values()), name


def test_every_endpoint_says_what_it_does() -> None:
    for name, method in ALL.items():
        assert method.__doc__, name
        assert method.__doc__.strip().endswith((".", "`")), name


@pytest.mark.parametrize("name", [name for name in ALL if "upload" in name or "transcri" in name])
def test_files_are_sent_as_forms(name: str) -> None:
    request = ALL[name](**needed(name))
    assert isinstance(request.form, Form)
    assert request.json is None
    assert "7000" in sent(request)


def test_what_is_sent_as_null_keeps_its_place() -> None:
    call = calls.beta.libraries.documents.update("l", "d", expires_at=None, name="n", attributes=None)
    assert list(call.json) == ["expires_at", "name", "attributes"]
