import json
import os

from mistral_async.compat import Mistral
from mistral_async.compat.models import UserMessage


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"], timeout_ms=300_000)
    for effort in ["high", "none"]:
        response = client.chat.complete(
            model="magistral-medium-latest",
            messages=[UserMessage(content="What is 12 * 14?")],
            reasoning_effort=effort,
        )
        content = response.choices[0].message.content
        print(f"{effort}: {type(content).__name__}")
        shape = content if isinstance(content, str) else [chunk.model_dump() for chunk in content]
        print(json.dumps(shape, indent=1))


if __name__ == "__main__":
    main()
