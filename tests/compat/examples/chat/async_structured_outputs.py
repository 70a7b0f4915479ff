import asyncio
import os
from typing import Optional

from mistral_async.compat import Mistral
from pydantic import BaseModel


class City(BaseModel):
    name: str
    country: str
    mayor: Optional[str] = None  # noqa: UP045 - as older programs write it


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    messages = [{"role": "user", "content": "Name a city."}]
    response = await client.chat.parse_async(model="mistral-large-2411", messages=messages, response_format=City)
    print(type(response.choices[0].message.parsed).__name__)
    stream = await client.chat.parse_stream_async(model="mistral-large-2411", messages=messages, response_format=City)
    said = [chunk.data.choices[0].delta.content or "" async for chunk in stream]
    print(City.model_validate_json("".join(said)) == response.choices[0].message.parsed)


if __name__ == "__main__":
    asyncio.run(main())
