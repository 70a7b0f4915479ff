import json
import os
import time

from mistral_async.compat import Mistral
from mistral_async.compat.models import File


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    lines = [
        json.dumps({"custom_id": str(n), "body": {"messages": [{"role": "user", "content": f"Say {n}"}]}})
        for n in range(3)
    ]
    file = client.files.upload(
        file=File(file_name="requests.jsonl", content="\n".join(lines).encode()), purpose="batch"
    )
    job = client.batch.jobs.create(input_files=[file.id], model="mistral-small-latest", endpoint="/v1/chat/completions")
    while job.status in ["QUEUED", "RUNNING"]:
        time.sleep(0.01)
        job = client.batch.jobs.get(job_id=job.id)
    print(job.status, job.id in [each.id for each in client.batch.jobs.list(page_size=5).data])
    results = client.files.download(file_id=job.output_file)
    for line in sorted(results.iter_lines()):
        print(json.loads(line)["custom_id"])


if __name__ == "__main__":
    main()
