import asyncio
import os
from typing import Any

import httpx
from mistral_async.compat import Mistral
from mistral_async.compat.httpclient import AsyncHttpClient

key = os.getenv("MISTRAL_API_KEY", "")
question = [{"role": "user", "content": "Say hello."}]

with httpx.Client(headers={"x-custom-header": "someValue"}) as http_client:
    s = Mistral(api_key=key, client=http_client)
    print(s.chat.complete(model="mistral-small-latest", messages=question).choices[0].message.content)
    for event in s.chat.stream(model="mistral-small-latest", messages=question):
        print(event.data.choices[0].delta.content or "", end="")
    print()
    print(s.files.upload(file={"file_name": "a.jsonl", "content": b'{"a": 1}\n'}, purpose="batch").size_bytes)


class CustomClient(AsyncHttpClient):
    client: AsyncHttpClient

    def __init__(self, client: AsyncHttpClient) -> None:
        self.client = client

    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        request.headers["Client-Level-Header"] = "added by client"
        return await self.client.send(request, stream=stream, **options)

    def build_request(self, method: str, url: Any, **options: Any) -> httpx.Request:
        return self.client.build_request(method, url, **options)


async def main():
    async with httpx.AsyncClient() as http_client:
        s = Mistral(api_key=key, async_client=CustomClient(http_client))
        print((await s.models.list_async()).object)


asyncio.run(main())
