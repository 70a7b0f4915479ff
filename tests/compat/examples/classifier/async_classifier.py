import asyncio
import os
from pathlib import Path

from mistral_async.compat import Mistral
from mistral_async.compat.models import (
    ClassifierFineTuningJob,
    ClassifierFineTuningJobDetails,
    ClassifierTrainingParameters,
    TrainingFile,
)


async def upload_files(client: Mistral, names: list[str]) -> list[str]:
    ids = []
    for name in names:
        file = {"file_name": name, "content": Path(name).read_bytes()}
        ids.append((await client.files.upload_async(file=file, purpose="fine-tune")).id)
    return ids


async def train(client: Mistral, file_ids: list[str]) -> str | None:
    job = await client.fine_tuning.jobs.create_async(
        model="ministral-3b-latest",
        job_type="classifier",
        training_files=[TrainingFile(file_id=file_id) for file_id in file_ids],
        hyperparameters=ClassifierTrainingParameters(learning_rate=0.0001),
        auto_start=True,
    )
    print(isinstance(job, ClassifierFineTuningJob))
    while True:
        found = await client.fine_tuning.jobs.get_async(job_id=job.id)
        if not isinstance(found, ClassifierFineTuningJobDetails):
            raise TypeError(type(found))
        if found.status not in ["QUEUED", "STARTED", "VALIDATING", "VALIDATED", "RUNNING"]:
            print(found.status)
            return found.fine_tuned_model
        await asyncio.sleep(0.01)


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    model = await train(client, await upload_files(client, ["moods.jsonl"]))
    response = client.classifiers.classify(model=model, inputs=["Nice.", "Terrible.", "Why not?"])
    print(len(response.results))
    response = client.classifiers.classify_chat(
        model=model, inputs={"messages": [{"role": "user", "content": "Boring."}]}
    )
    print(len(response.results))


if __name__ == "__main__":
    asyncio.run(main())
