import asyncio
import os

from mistral_async.compat import Mistral
from mistral_async.compat.models import UserMessage


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    picture = {"type": "image_url", "image_url": "https://pictures.test/a-bridge.png"}
    message = UserMessage(content=[{"type": "text", "text": "Which bridge is this?"}, picture])
    answer = await client.chat.complete_async(model="pixtral-large-latest", messages=[message])
    print(answer.choices[0].message.content)


if __name__ == "__main__":
    asyncio.run(main())
