import asyncio
import os

from mistral_async.compat import Mistral


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    response = await client.embeddings.create_async(model="mistral-embed", inputs=["one text", "another"])
    print(response.object, [each.index for each in response.data])


if __name__ == "__main__":
    asyncio.run(main())
