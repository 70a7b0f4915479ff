import os

from mistral_async.compat import Mistral
from mistral_async.compat.models import UserMessage


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    for chunk in client.chat.stream(model="mistral-large-latest", messages=[UserMessage(content="Count to three.")]):
        print(chunk.data.choices[0].delta.content, end="")
    print()


if __name__ == "__main__":
    main()
