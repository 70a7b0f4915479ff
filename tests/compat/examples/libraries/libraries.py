import os
from pathlib import Path

from mistral_async.compat import Mistral
from mistral_async.compat.models import File


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    library = client.beta.libraries.create(name="Rivers")
    documents = client.beta.libraries.documents
    file = File(file_name="rhine.md", content=Path("rhine.md").read_bytes())
    uploaded = documents.upload(library_id=library.id, file=file)
    print(library.name, uploaded.name)
    print([each.id for each in documents.list(library_id=library.id).data] == [uploaded.id])
    print(documents.get(library_id=library.id, document_id=uploaded.id).id == uploaded.id)
    print(documents.text_content(library_id=library.id, document_id=uploaded.id).text)
    print(documents.update(library_id=library.id, document_id=uploaded.id, name="danube.md").name)
    documents.delete(library_id=library.id, document_id=uploaded.id)
    print(client.beta.libraries.delete(library_id=library.id).id == library.id)


if __name__ == "__main__":
    main()
