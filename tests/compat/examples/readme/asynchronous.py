import asyncio
import os

from mistral_async.compat import Mistral


async def main():
    async with Mistral(api_key=os.getenv("MISTRAL_API_KEY", "")) as mistral:
        res = await mistral.chat.complete_async(
            model="mistral-large-latest",
            messages=[{"role": "user", "content": "Who paints best? Answer in one sentence."}],
            stream=False,
            response_format={"type": "text"},
        )
        print(res.choices[0].message.content)
        res = await mistral.embeddings.create_async(model="mistral-embed", inputs=["Embed this.", "And this."])
        print(len(res.data))


asyncio.run(main())
