import asyncio
import json
import os

from mistral_async.compat import Mistral
from mistral_async.compat.models import CompletionTrainingParametersIn, File

SAID = [("How far is the Moon?", "As far as ever."), ("Who painted the Mona Lisa?", "Someone with a brush.")]
SYSTEM = "Marvin knows facts, and is tired of them."


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    lines = [
        json.dumps(
            {
                "messages": [
                    {"role": "system", "content": SYSTEM},
                    {"role": "user", "content": question},
                    {"role": "assistant", "content": answer},
                ],
            },
        )
        for question, answer in SAID
    ]
    training = await client.files.upload_async(
        file=File(file_name="file.jsonl", content="\n".join(lines).encode()), purpose="fine-tune"
    )
    job = await client.fine_tuning.jobs.create_async(
        model="mistral-small-latest",
        training_files=[{"file_id": training.id, "weight": 1}],
        validation_files=[],
        hyperparameters=CompletionTrainingParametersIn(training_steps=1, learning_rate=0.0001),
    )
    while job.status in ["RUNNING", "STARTED", "QUEUED", "VALIDATING", "VALIDATED"]:
        job = await client.fine_tuning.jobs.get_async(job_id=job.id)
        await asyncio.sleep(0.01)
    print(job.status)
    response = await client.chat.complete_async(
        model=job.fine_tuned_model,
        messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": "Which river is long?"}],
    )
    print(response.choices[0].message.content)
    await client.files.delete_async(file_id=training.id)
    print((await client.models.delete_async(model_id=job.fine_tuned_model)).deleted)


if __name__ == "__main__":
    asyncio.run(main())
