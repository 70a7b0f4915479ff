import base64
import os
from pathlib import Path

from mistral_async.compat import Mistral
from mistral_async.compat.models import UserMessage


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    sound = base64.b64encode(Path("rain.wav").read_bytes()).decode("utf-8")
    content = [{"type": "text", "text": "What is to be heard?"}, {"type": "input_audio", "input_audio": sound}]
    response = client.chat.complete(model="voxtral-small-latest", messages=[UserMessage(content=content)])
    print(response.choices[0].message.content)


if __name__ == "__main__":
    main()
