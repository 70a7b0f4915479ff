import asyncio
import json
import os

import httpx
from mistral_async.compat import Mistral
from mistral_async.compat.extra import response_format_from_pydantic_model
from mistral_async.compat.models import File
from pydantic import BaseModel, Field


class Table(BaseModel):
    name: str = Field(description="The title of the table")


class Tables(BaseModel):
    tables: list[Table] = Field(description="The tables of the document")


def request(custom_id: str, url: str) -> dict:
    return {
        "custom_id": custom_id,
        "body": {
            "document": {"type": "document_url", "document_url": url},
            "document_annotation_format": response_format_from_pydantic_model(Tables),
            "pages": [0, 1],
            "include_image_base64": False,
        },
    }


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    content = "\n".join(json.dumps(request(str(n), f"https://papers.test/{n}.pdf")) for n in range(2))
    file = await client.files.upload_async(file=File(file_name="ocr.jsonl", content=content.encode()), purpose="batch")
    job = await client.batch.jobs.create_async(model="mistral-ocr-latest", input_files=[file.id], endpoint="/v1/ocr")
    while job.status not in ["SUCCESS", "FAILED", "CANCELLED"]:
        await asyncio.sleep(0.01)
        job = await client.batch.jobs.get_async(job_id=job.id)
    print(job.status)
    signed = await client.files.get_signed_url_async(file_id=job.output_file)
    async with httpx.AsyncClient() as http:
        response = await http.get(signed.url)
    for line in response.text.strip().split("\n"):
        annotation = json.loads(line)["response"]["body"]["document_annotation"]
        print(type(Tables.model_validate_json(annotation)).__name__)
    print((await client.files.delete_async(file_id=file.id)).deleted)


if __name__ == "__main__":
    asyncio.run(main())
