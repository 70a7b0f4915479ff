import asyncio
import os

from mistral_async.compat import Mistral
from mistral_async.compat.extra.run.context import RunContext
from mistral_async.compat.types import BaseModel


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])

    class Result(BaseModel):
        answer: int

    async with RunContext(model="mistral-medium-2505", output_format=Result) as run_ctx:
        result = await client.beta.conversations.run_async(
            run_ctx=run_ctx, inputs=[{"role": "user", "content": "What is 2 + 3?"}]
        )
        print(f"{type(result.output_as_model).__name__}, {run_ctx.request_count} request")
        print(run_ctx.conversation_id == result.conversation_id)


if __name__ == "__main__":
    asyncio.run(main())
