import asyncio
import os
from pathlib import Path

from mistral_async.compat import Mistral
from mistral_async.compat.models import CompletionTrainingParametersIn


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    with Path("training.jsonl").open("rb") as content:
        training = await client.files.upload_async(file={"file_name": "training.jsonl", "content": content})
    job = await client.fine_tuning.jobs.create_async(
        model="mistral-small-latest",
        training_files=[{"file_id": training.id, "weight": 1}],
        hyperparameters=CompletionTrainingParametersIn(training_steps=1, learning_rate=0.0001, warmup_fraction=0.01),
        auto_start=False,
    )
    print(f"dataset tokens: {job.metadata.data_tokens > 0}")
    print(f"cost: {job.metadata.cost} {job.metadata.cost_currency}")
    print(f"trained tokens: {job.trained_tokens}")


if __name__ == "__main__":
    asyncio.run(main())
