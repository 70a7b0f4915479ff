"""`mistral-async models`: the list of models, or one of them."""

from __future__ import annotations

from mistral_async.cli._connection import ClientContext, Connection
from mistral_async.cli._parameters import Flag
from mistral_async.cli._text import print_json, print_rows


async def models(
    model: str | None = None,
    *,
    json: Flag = False,
    connection: Connection = None,
) -> None:
    """List the models, or show one.

    Parameters
    ----------
    model
        The id of one.
    json
        One JSON object a model.
    """
    async with ClientContext(connection) as client:
        found = [await client.models.retrieve(model)] if model else (await client.models.list()).data
    if json or model:
        for each in found:
            print_json(each)
        return
    print_rows((each.get("id"), "") if isinstance(each, dict) else (each.id, each.max_context_length) for each in found)
