"""Lists read to their end, and lists that have none (the rules of `pages`)."""

from __future__ import annotations

import pytest

from mistral_async import calls
from mistral_async._engine.paging import Offset, PageLink, PageNumber, PageToken, Period
from mistral_async._engine.request import pages as described
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


# Every way in which the API cuts lists: two pages and the end, what is asked for each, with plain dicts for pages.
WAYS = {
    "page, from 1": (
        {"by": PageNumber(1), "items": "members"},
        [{"members": ["a"], "total": 2}, {"members": ["b"], "total": 2}],
        ["", "page=2"],
    ),
    "page, from 0, until a page is empty": (
        {"by": PageNumber(), "items": "data"},
        [{"data": ["a"]}, {"data": ["b"]}, {"data": []}],
        ["", "page=1", "page=2"],
    ),
    "a link": (
        {"by": PageLink("judges.next"), "items": "judges.results"},
        [{"judges": {"results": ["a"], "next": "/elsewhere"}}, {"judges": {"results": ["b"], "next": None}}],
        ["", "page=2"],
    ),
    "pageToken": (
        {"by": PageToken("pageToken", "nextPageToken")},
        [{"data": ["a"], "nextPageToken": "x&y"}, {"data": ["b"], "nextPageToken": ""}],
        ["", "pageToken=x%26y"],
    ),
    "next_page_token, under its own name": (
        {"by": PageToken("next_page_token"), "items": "executions"},
        [{"executions": ["a"], "next_page_token": "x"}, {"executions": ["b"]}],
        ["", "next_page_token=x"],
    ),
    "cursor": (
        {"by": PageToken("cursor", "next_cursor"), "items": "workflows"},
        [{"workflows": ["a"], "next_cursor": "x"}, {"workflows": ["b"], "next_cursor": None}],
        ["", "cursor=x"],
    ),
    "cursor, in an object": (
        {"by": PageToken("cursor", "pagination.next_cursor"), "items": "items"},
        [{"items": ["a"], "pagination": {"next_cursor": "x"}}, {"items": ["b"], "pagination": None}],
        ["", "cursor=x"],
    ),
    "cursor of a search": (
        {"by": PageToken("cursor", "traces.cursor"), "items": "traces.results", "method": "POST", "json": {"f": 1}},
        [{"traces": {"results": ["a"], "cursor": "x"}}, {"traces": {"results": ["b"]}}],
        ["", "cursor=x"],
    ),
    "offset": (
        {"by": Offset(), "items": "keys"},
        [{"keys": ["a"]}, {"keys": ["b"]}, {"keys": []}],
        ["", "offset=1", "offset=2"],
    ),
}


@pytest.mark.parametrize(("how", "answers", "asked"), WAYS.values(), ids=WAYS)
async def test_rule_2_each_way_of_paging_comes_to_its_end(client, server, how, answers, asked):
    for each in answers:
        server.reply("/v1/things", json=each)
    found = await client.send(described("/v1/things", returns=dict, **how))
    assert await found.to_list() == ["a", "b"]
    assert [each.query_string for each in server.requests] == asked
    assert [each.json() if each.body else None for each in server.requests] == [how.get("json")] * len(asked)


TIMES = ["2026-01-03T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"]


@pytest.mark.parametrize(
    ("query", "bound", "times"),
    [({"before": "2027-01-01T00:00:00Z"}, "before", TIMES), ({"sort": "ascending"}, "after", TIMES[::-1])],
)
@pytest.mark.parametrize("bounds_count", [False, True])
async def test_rule_2_a_list_by_time_moves_its_bound(client, server, query, bound, times, bounds_count):
    for page in (times[:2], times[1:] if bounds_count else times[2:], times[2:] if bounds_count else []):
        server.reply("/v1/things", json=[{"created_at": each} for each in page])
    request = described("/v1/things", query=query, returns=list[dict], items="", by=Period())
    found = await (await client.send(request)).to_list()
    assert sorted({each["created_at"] for each in found}) == sorted(times)
    assert [each.query.get(bound, [None])[0] for each in server.requests] == [query.get(bound), times[1], times[2]]
