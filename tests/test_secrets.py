"""The key is shown nowhere: no repr, log, error, traceback with locals, pickle or request value has it."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback

import pytest

from mistral_async import Mistral, SyncMistral, Timeout, calls
from mistral_async.errors import MistralError
from mistral_async.testing import Cut, Delay, FakeMistral, Reset

KEY = "a-very-secret-key"
HI = [{"role": "user", "content": "hi"}]


def shown(value: object, depth: int = 4) -> str:
    """Everything that looking at an object shows, and at what it holds."""
    text = f"{value!r} {value}"
    if depth:
        held = vars(value) if hasattr(value, "__dict__") else {}
        held |= {name: getattr(value, name, None) for name in getattr(type(value), "__slots__", ())}
        text += "".join(shown(each, depth - 1) for each in held.values() if type(each).__module__.startswith("mistral"))
        text += repr(held)
    return text


async def test_no_repr_has_it():
    async with FakeMistral(api_key=KEY) as server, Mistral(KEY, server_url=server.url) as client:
        await client.models.list()
        assert KEY not in shown(client)
        assert KEY not in shown(client.chat)
        assert KEY not in shown(await client.with_response.models.list())
    assert KEY not in shown(calls.models.list())
    assert KEY not in repr(SyncMistral(KEY))


@pytest.mark.parametrize(
    "fault",
    [None, Reset(where="request"), Reset(where="body", after_bytes=5), Cut(after_bytes=20), Delay(5)],
    ids=["refused", "reset", "reset-body", "cut", "late"],
)
async def test_no_error_or_traceback_has_it(fault, caplog):
    caplog.set_level(logging.DEBUG)
    async with FakeMistral(api_key=KEY if fault else "another") as server:
        settings = {"server_url": server.url, "timeout": Timeout(read=0.3), "debug_logger": logging.getLogger("x")}
        async with Mistral(KEY, **settings) as client:
            if fault is not None:
                server.fault(fault, times=None)
            with pytest.raises(MistralError) as caught:
                await client.with_options(retries=1).chat.complete(model="mistral-small-latest", messages=HI)
    text = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    lines = [line for line in text.splitlines() if KEY in line and "KEY" not in line]
    assert lines == []
    assert KEY not in caplog.text
    assert KEY not in shown(caught.value)


async def test_an_answer_that_repeats_it_is_struck_out():
    async with FakeMistral(api_key=None) as server, Mistral(KEY, server_url=server.url) as client:
        server.reply(status=401, json={"message": f"the key {KEY} is not known"})
        with pytest.raises(MistralError) as caught:
            await client.models.list()
    assert KEY not in str(caught.value)
    assert KEY.encode() not in caught.value.body


def test_copies_and_pickles_leave_it_out():
    client = Mistral(KEY)
    assert KEY.encode() not in pickle.dumps(client)
    assert KEY not in repr(copy.copy(client))
