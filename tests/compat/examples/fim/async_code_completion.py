import asyncio
import os

from mistral_async.compat import Mistral


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    prompt, suffix = "def halve(n: int):", "print(halve(4))"
    response = await client.fim.complete_async(model="codestral-latest", prompt=prompt, suffix=suffix)
    print(f"{prompt}\n{response.choices[0].message.content}{suffix}")


if __name__ == "__main__":
    asyncio.run(main())
