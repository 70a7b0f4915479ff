import asyncio
import os
from pathlib import Path

from mistral_async.compat import Mistral
from mistral_async.compat.models import File


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    with Path("rain.wav").open("rb") as sound:
        response = await client.audio.transcriptions.stream_async(
            model="voxtral-mini-2507", file=File(content=sound, file_name=sound.name)
        )
        async for event in response:
            print(event.event, getattr(event.data, "text", ""))


if __name__ == "__main__":
    asyncio.run(main())
