import asyncio
import logging
import os

from mistral_async.compat import Mistral
from mistral_async.compat.extra.run.context import RunContext


def get_friend():
    """Get the friend that you are to give something."""
    return "Ada"


def get_wishlist(friend: str):
    """Get what a friend wishes."""
    return ["a book", "chocolate"]


def buy_gift(gift: str):
    """Buy a gift."""
    raise RuntimeError("the shop is closed")


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"], debug_logger=logging.getLogger("mistralai"))
    agent = client.beta.agents.create(
        model="mistral-medium-latest", name="secret santa", instructions="You help with gifts."
    )
    try:
        async with RunContext(agent_id=agent.id, continue_on_fn_error=True) as run_ctx:
            for function in (get_friend, get_wishlist, buy_gift):
                run_ctx.register_func(function)
            first = await client.beta.conversations.run_async(
                run_ctx=run_ctx, inputs="Get the friend, get the wishlist, and buy a gift."
            )
            for entry in first.output_entries:
                print(entry.type, getattr(entry, "result", ""))
            second = await client.beta.conversations.run_async(run_ctx=run_ctx, inputs="Thanks.")
            print(second.conversation_id == first.conversation_id, run_ctx.request_count)
    finally:
        client.beta.agents.delete(agent_id=agent.id)


if __name__ == "__main__":
    asyncio.run(main())
