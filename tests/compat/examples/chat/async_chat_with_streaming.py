import asyncio
import os

from mistral_async.compat import Mistral
from mistral_async.compat.models import UserMessage


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    response = await client.chat.stream_async(
        model="mistral-tiny", messages=[UserMessage(content="Name fifty rivers, please.")]
    )
    assert response
    reason = None
    async for chunk in response:
        choice = chunk.data.choices[0]
        if choice.delta.content is not None:
            print(choice.delta.content, end="")
        reason = choice.finish_reason or reason
    print(f"\n[{reason}]")


if __name__ == "__main__":
    asyncio.run(main())
