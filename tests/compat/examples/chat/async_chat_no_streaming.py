import asyncio
import os

from mistral_async.compat import Mistral
from mistral_async.compat.models import SystemMessage, UserMessage


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    messages = [SystemMessage(content="Be brief."), UserMessage(content="Which cheese is the oldest?")]
    answer = await client.chat.complete_async(model="mistral-tiny", messages=messages)
    print(answer.choices[0].message.content)


if __name__ == "__main__":
    asyncio.run(main())
