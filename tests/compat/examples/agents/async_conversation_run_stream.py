import asyncio
import os

from mistral_async.compat import Mistral
from mistral_async.compat.extra.run.context import RunContext
from mistral_async.compat.extra.run.result import RunResult
from mistral_async.compat.types import BaseModel


class Place(BaseModel):
    name: str


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    async with RunContext(model="mistral-medium-latest", output_format=Place) as run_ctx:

        @run_ctx.register_func
        async def get_location(name: str) -> str:
            """Find where a user is.

            Args:
                name: name of the user.
            """
            return f"{name} is in Paris"

        events = await client.beta.conversations.run_stream_async(run_ctx=run_ctx, inputs="Get the location of John.")
        run_result = None
        seen = []
        async for event in events:
            if isinstance(event, RunResult):
                run_result = event
            elif event.event not in seen:
                seen.append(event.event)
        print(*seen, sep="\n")
        if not run_result:
            raise RuntimeError("no result")
        print(len(run_result.output_entries), type(run_result.output_as_model).__name__)


if __name__ == "__main__":
    asyncio.run(main())
