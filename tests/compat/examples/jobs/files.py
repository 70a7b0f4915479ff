import os
from pathlib import Path

from mistral_async.compat import Mistral
from mistral_async.compat.models import File


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    created = client.files.upload(file=File(file_name="training.jsonl", content=Path("training.jsonl").read_bytes()))
    print(created.filename, created.purpose, created.size_bytes)
    print([file.id for file in client.files.list().data] == [created.id])
    print(client.files.retrieve(file_id=created.id).id == created.id)
    print(client.files.download(file_id=created.id).read() == Path("training.jsonl").read_bytes())
    print(client.files.delete(file_id=created.id).deleted)


if __name__ == "__main__":
    main()
