import asyncio
import os

from mistral_async.compat import Mistral
from mistral_async.compat.models import BatchRequest, UserMessage


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    requests = [BatchRequest(custom_id=str(n), body={"messages": [UserMessage(content=f"Say {n}")]}) for n in range(5)]
    job = await client.batch.jobs.create_async(
        requests=requests,
        model="mistral-small-latest",
        endpoint="/v1/chat/completions",
        metadata={"job_type": "testing"},
    )
    while job.status not in ["SUCCESS", "FAILED", "CANCELLED"]:
        await asyncio.sleep(0.01)
        job = await client.batch.jobs.get_async(job_id=job.id)
    print(job.status, job.succeeded_requests, job.failed_requests)
    for result in sorted(job.outputs or [], key=lambda each: each["custom_id"]):
        print(result["response"]["body"]["choices"][0]["message"]["content"])


if __name__ == "__main__":
    asyncio.run(main())
