"""Lists read to their end, and lists that have none (the rules of `pages`)."""

from __future__ import annotations

import pytest

from mistral_async import calls
from mistral_async.errors import APIStatusError, ResponseValidationError


def page(*ids, **more):
    return {"object": "list", "data": [{"id": each} for each in ids], **more}


async def read(pages, limit=1000):
    """The ids that come before the end, and the error that is the end, if there is one."""
    found = []
    try:
        async for item in pages:
            found.append(item.id)
            assert len(found) < limit
    except ResponseValidationError as error:
        return found, error
    return found, None


async def test_rule_2_an_empty_page_that_names_itself_is_the_end(client, server):
    server.reply("beta.libraries.list", json=page("a", next_page_token="t"))
    server.reply("beta.libraries.list", json=page(next_page_token="t"), times=None)
    assert await read(client.beta.libraries.list()) == (["a"], None)
    assert len(server.requests) == 2


async def test_rule_3_the_same_page_again(client, server):
    server.reply("files.list", json=page("a", "b"), times=None)  # a server that does not know `page`
    found, error = await read(client.files.list())
    assert found == ["a", "b"]
    assert "GET /v1/files" in str(error)
    assert "two pages in a row have the same items. The 2 items" in str(error)
    assert len(server.requests) == 2


async def test_rule_3_more_items_than_the_server_counts_do_not_come_from_one_page(client, server):
    server.reply("files.list", json=page("a", total=3), times=None)
    found, error = await read(client.files.list())
    assert (found, error is not None) == (["a"], True)


async def test_rule_3_a_token_that_repeats_itself(client, server):
    server.reply("beta.libraries.list", json=page("a", next_page_token="t"))
    server.reply("beta.libraries.list", json=page("b", next_page_token="t"), times=None)
    found, error = await read(client.beta.libraries.list())
    assert found == ["a", "b"]
    assert "read already" in str(error)
    assert len(server.requests) == 2


async def test_rule_3_tokens_that_go_round(client, server):
    for token in "xyx":
        server.reply("beta.libraries.list", json=page(f"before {token}", next_page_token=token))
    server.reply("beta.libraries.list", json=page("lost"), times=None)
    found, error = await read(client.beta.libraries.list())
    assert found == ["before x", "before y", "before x"]
    assert "read already" in str(error)


async def test_rule_3_pages_without_items(client, server):
    for number in range(99):
        server.reply("beta.libraries.list", json=page(next_page_token=f"t{number}"))
    server.reply("beta.libraries.list", json=page("found at last"))
    assert await read(client.beta.libraries.list()) == (["found at last"], None)
    for number in range(1000):
        server.reply("beta.libraries.list", json=page(next_page_token=f"t{number}"))
    found, error = await read(client.beta.libraries.list())
    assert found == []
    assert "100 pages in a row have no items" in str(error)


async def test_rule_3_after_the_error_the_list_is_at_its_end(client, server):
    server.reply("files.list", json=page("a"), times=None)
    pages = client.files.list().pages()
    assert [each.id for each in (await anext(pages)).data] == ["a"]
    with pytest.raises(ResponseValidationError):
        await anext(pages)
    with pytest.raises(StopAsyncIteration):
        await anext(pages)


async def test_a_page_that_failed_can_be_asked_for_again(client, server):
    server.reply("files.list", json=page("a", total=2))
    server.reply("files.list", status=400, json={"message": "no"})
    server.reply("files.list", json=page("b", total=2))
    pages = client.files.list().pages()
    await anext(pages)
    with pytest.raises(APIStatusError):
        await anext(pages)
    assert (await anext(pages)).data[0].id == "b"
    with pytest.raises(StopAsyncIteration):
        await anext(pages)


def test_a_blocking_list_that_has_no_end(sync_client, threaded_server):
    threaded_server.reply("files.list", json=page("a", "b"), times=None)
    items = iter(sync_client.files.list())
    assert [next(items).id, next(items).id] == ["a", "b"]
    with pytest.raises(ResponseValidationError, match="would never end"):
        next(items)


async def test_a_list_that_is_sent_has_no_end_either(client, server):
    server.reply("files.list", json=page("a"), times=None)
    found, error = await read(await client.send(calls.files.list()))
    assert (found, error is not None) == (["a"], True)
