import asyncio
import os
from pathlib import Path

from mistral_async.compat import Mistral
from mistral_async.compat.models import File


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    library = await client.beta.libraries.create_async(name="Rivers", description="Long ones")
    documents = client.beta.libraries.documents
    uploaded = await documents.upload_async(
        library_id=library.id, file=File(file_name="rhine.md", content=Path("rhine.md").read_bytes())
    )
    listed = (await documents.list_async(library_id=library.id)).data
    print([each.name for each in listed])
    print((await documents.text_content_async(library_id=library.id, document_id=uploaded.id)).text)
    await documents.delete_async(library_id=library.id, document_id=uploaded.id)
    print((await documents.list_async(library_id=library.id)).data)
    print((await client.beta.libraries.delete_async(library_id=library.id)).id == library.id)


if __name__ == "__main__":
    asyncio.run(main())
