import asyncio
import os

from mistral_async.compat import Mistral

KEY = os.getenv("MISTRAL_API_KEY", "")


def main():
    with Mistral(api_key=KEY) as mistral:
        print(mistral.models.list().object)


async def amain():
    async with Mistral(api_key=KEY) as mistral:
        print((await mistral.models.list_async()).object)


main()
asyncio.run(amain())
print(Mistral(api_key=KEY).models.list().object)  # closed by nobody
