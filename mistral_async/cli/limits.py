"""`mistral-async limits`: the account's rate limits, as the API reports them."""

from __future__ import annotations

from mistral_async.cli._codes import SOME_FAILED, print_error
from mistral_async.cli._connection import ClientContext, Connection
from mistral_async.cli._parameters import Flag, Model
from mistral_async.cli._text import print_json, print_rows
from mistral_async.models import UserMessage


async def limits(
    *,
    model: Model = "mistral-small-latest",
    json: Flag = False,
    connection: Connection = None,
) -> int:
    """Make one tiny call and show the rate limits that its answer names.

    Parameters
    ----------
    model
        The model, which has limits of its own.
    json
        JSON instead of a table.
    """
    async with ClientContext(connection) as client:
        answer = await client.with_response.chat.complete(model=model, messages=[UserMessage("1")], max_tokens=1)
    found = answer.rate_limits
    if json:
        print_json({"limits": list(found), "costs": dict(found.costs)})
        return 0
    if not found:
        print_error("the API told no rate limits in its answer")
        return SOME_FAILED
    print_rows([("resource", "window", "limit", "remaining")])
    print_rows((each.resource, each.window, each.limit, each.remaining) for each in found)
    return 0
