import os
from pathlib import Path

from mistral_async.compat import Mistral
from mistral_async.compat.models import File, UserMessage


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    with Path("rain.wav").open("rb") as sound:
        file = client.files.upload(file=File(content=sound, file_name=sound.name), purpose="audio")
        signed = client.files.get_signed_url(file_id=file.id)
    try:
        response = client.chat.stream(
            model="voxtral-small-latest",
            messages=[
                UserMessage(
                    content=[
                        {"type": "text", "text": "What is this about?"},
                        {"type": "input_audio", "input_audio": signed.url},
                    ],
                ),
            ],
        )
        print("".join(chunk.data.choices[0].delta.content for chunk in response))
    finally:
        print("deleted:", client.files.delete(file_id=file.id).deleted)


if __name__ == "__main__":
    main()
