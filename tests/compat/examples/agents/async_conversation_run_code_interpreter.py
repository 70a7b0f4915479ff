import asyncio
import os

from mistral_async.compat import Mistral
from mistral_async.compat.extra.run.context import RunContext
from mistral_async.compat.types import BaseModel


def math_question(number: int):
    """Find a question about mathematics.

    Args:
        number (int): which of them, from 1 to 100
    """
    return f"What is {number} + {number}?"


class Solution(BaseModel):
    steps: list[str]
    answer: str


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    async with RunContext(model="mistral-medium-2505", output_format=Solution) as run_ctx:
        run_ctx.register_func(math_question)
        result = await client.beta.conversations.run_async(
            run_ctx=run_ctx,
            instructions="Use the code interpreter where it helps.",
            inputs=[
                {"role": "user", "content": "hey"},
                {"role": "assistant", "content": "hello"},
                {"role": "user", "content": "Ask for a math question (number 7) and answer it."},
            ],
            tools=[{"type": "code_interpreter"}],
        )
    for entry in result.output_entries:
        print(entry.type, getattr(entry, "result", ""))
    print(type(result.output_as_model).__name__)


if __name__ == "__main__":
    asyncio.run(main())
