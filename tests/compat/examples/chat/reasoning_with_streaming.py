import os

from mistral_async.compat import Mistral
from mistral_async.compat.models import TextChunk, ThinkChunk, UserMessage


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"], timeout_ms=300_000)
    thoughts = said = ""
    for event in client.chat.stream(
        model="magistral-medium-latest",
        messages=[UserMessage(content="What is 465 / 5?")],
        reasoning_effort="high",
        temperature=0.7,
    ):
        delta = event.data.choices[0].delta.content
        if isinstance(delta, str):
            said += delta
            continue
        for chunk in delta or []:
            if isinstance(chunk, ThinkChunk):
                thoughts += "".join(inner.text for inner in chunk.thinking if isinstance(inner, TextChunk))
            elif isinstance(chunk, TextChunk):
                said += chunk.text
    print("thinks:", thoughts)
    print("says:", said)


if __name__ == "__main__":
    main()
