import asyncio
import os

from mistral_async.compat import Mistral


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    prompt, suffix = "def factorial(n: int):", "print(factorial(5))"
    print(prompt)
    for chunk in client.fim.stream(model="codestral-latest", prompt=prompt, suffix=suffix):
        print(chunk.data.choices[0].delta.content, end="")
    print(suffix)


if __name__ == "__main__":
    asyncio.run(main())
