import asyncio
import os
from pathlib import Path

from mistral_async.compat import Mistral
from mistral_async.compat.models import CompletionTrainingParametersIn, File


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    with Path("training.jsonl").open("rb") as content:
        training = await client.files.upload_async(file=File(file_name="training.jsonl", content=content))
    created = await client.fine_tuning.jobs.create_async(
        model="mistral-small-latest",
        training_files=[{"file_id": training.id, "weight": 1}],
        hyperparameters=CompletionTrainingParametersIn(training_steps=1, learning_rate=0.0001),
    )
    jobs = await client.fine_tuning.jobs.list_async(page=0, page_size=5)
    print([job.id for job in jobs.data] == [created.id])
    print((await client.fine_tuning.jobs.get_async(job_id=created.id)).id == created.id)
    print("CANCEL" in (await client.fine_tuning.jobs.cancel_async(job_id=created.id)).status)
    print((await client.files.delete_async(file_id=training.id)).deleted)


if __name__ == "__main__":
    asyncio.run(main())
