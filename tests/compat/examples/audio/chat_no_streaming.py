import os

from mistral_async.compat import Mistral
from mistral_async.compat.models import UserMessage


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    content = [
        {"type": "text", "text": "What is this about?"},
        {"type": "input_audio", "input_audio": "https://sounds.test/rain.mp3"},
    ]
    response = client.chat.complete(model="voxtral-small-latest", messages=[UserMessage(content=content)])
    print(response.choices[0].message.content)


if __name__ == "__main__":
    main()
