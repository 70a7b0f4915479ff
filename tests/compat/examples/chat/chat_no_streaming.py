import os

from mistral_async.compat import Mistral
from mistral_async.compat.models import UserMessage


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    answer = client.chat.complete(model="mistral-tiny", messages=[UserMessage(content="Which cheese is the oldest?")])
    print(answer.choices[0].message.content)
    print(answer.usage.prompt_tokens > 0, answer.model)


if __name__ == "__main__":
    main()
