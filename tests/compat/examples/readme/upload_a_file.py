import os
from pathlib import Path

from mistral_async.compat import Mistral

with Mistral(api_key=os.getenv("MISTRAL_API_KEY", "")) as mistral, Path("training.jsonl").open("rb") as content:
    res = mistral.files.upload(file={"file_name": "example.jsonl", "content": content}, visibility="workspace")
    print(res.filename, res.visibility)

    library = mistral.beta.libraries.create(name="examples")
    document = {"file_name": "rhine.md", "content": Path("rhine.md").read_bytes()}
    res = mistral.beta.libraries.documents.upload(library_id=library.id, file=document)
    print(res.name)
