import asyncio
import os
from pathlib import Path

from mistral_async.compat import Mistral
from mistral_async.compat.models import File


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    with Path("rain.wav").open("rb") as sound:
        response = await client.audio.transcriptions.complete_async(
            model="voxtral-mini-latest",
            file=File(content=sound, file_name=sound.name),
            diarize=True,
            timestamp_granularities=["segment"],
        )
    for segment in response.segments:
        speaker = segment.speaker_id or "unknown"
        print(f"[{segment.start:.1f}s to {segment.end:.1f}s] {speaker}: {segment.text.strip()}")


if __name__ == "__main__":
    asyncio.run(main())
