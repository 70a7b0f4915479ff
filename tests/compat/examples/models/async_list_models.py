import asyncio
import os

from mistral_async.compat import Mistral


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    response = await client.models.list_async()
    print(response.object, len(response.data) > 10)


if __name__ == "__main__":
    asyncio.run(main())
