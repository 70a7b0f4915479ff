import json
import os

from mistral_async.compat import Mistral


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    response = client.ocr.process(
        document={
            "document_url": "https://papers.test/rivers.pdf",
            "type": "document_url",
            "document_name": "rivers",
        },
        model="mistral-ocr-latest",
        include_image_base64=True,
    )
    for page in response.pages:
        print(page.index, bool(page.markdown))
    print(sorted(json.loads(response.model_dump_json())))


if __name__ == "__main__":
    main()
