import json
import os
from pathlib import Path

from mistral_async.compat import Mistral


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    paper = Path("paper.pdf")
    uploaded = client.files.upload(file={"file_name": paper.stem, "content": paper.read_bytes()}, purpose="ocr")
    response = client.ocr.process(
        document={"type": "file", "file_id": uploaded.id}, model="mistral-ocr-latest", include_image_base64=True
    )
    print(json.dumps(json.loads(response.model_dump_json()), indent=4))


if __name__ == "__main__":
    main()
