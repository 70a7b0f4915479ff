import os
from pathlib import Path

from mistral_async.compat import Mistral
from mistral_async.compat.models import CompletionTrainingParametersIn, File


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    with Path("training.jsonl").open("rb") as content:
        training = client.files.upload(file=File(file_name="training.jsonl", content=content))
    with Path("training.jsonl").open("rb") as content:
        validation = client.files.upload(file=File(file_name="validation.jsonl", content=content))
    created = client.fine_tuning.jobs.create(
        model="mistral-small-latest",
        training_files=[{"file_id": training.id, "weight": 1}],
        validation_files=[validation.id],
        hyperparameters=CompletionTrainingParametersIn(training_steps=1, learning_rate=0.0001),
    )
    print(created.object, created.model)
    print([job.id for job in client.fine_tuning.jobs.list(page=0, page_size=5).data] == [created.id])
    print(client.fine_tuning.jobs.get(job_id=created.id).hyperparameters.training_steps)
    print("CANCEL" in client.fine_tuning.jobs.cancel(job_id=created.id).status)
    client.files.delete(file_id=training.id)
    client.files.delete(file_id=validation.id)


if __name__ == "__main__":
    main()
