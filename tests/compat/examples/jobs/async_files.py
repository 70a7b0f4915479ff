import asyncio
import os
from pathlib import Path

from mistral_async.compat import Mistral
from mistral_async.compat.models import File


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    file = File(file_name="training.jsonl", content=Path("training.jsonl").read_bytes())
    created = await client.files.upload_async(file=file)
    print(created.filename)
    files = await client.files.list_async(page=0, page_size=10)
    print([file.id for file in files.data] == [created.id], files.total)
    print((await client.files.retrieve_async(file_id=created.id)).filename)
    print((await client.files.delete_async(file_id=created.id)).deleted)


if __name__ == "__main__":
    asyncio.run(main())
