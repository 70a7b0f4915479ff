import json
import os

from mistral_async.compat import Mistral
from mistral_async.compat.models import UserMessage


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    answer = client.chat.complete(
        model="mistral-large-latest",
        response_format={"type": "json_object"},
        messages=[UserMessage(content="Which cheese is the oldest? Answer in JSON.")],
    )
    print(sorted(json.loads(answer.choices[0].message.content)))


if __name__ == "__main__":
    main()
