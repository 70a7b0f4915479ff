import os

from mistral_async.compat import Mistral
from mistral_async.compat.models import TextChunk, ThinkChunk, UserMessage


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"], timeout_ms=300_000)
    answer = client.chat.complete(
        model="magistral-medium-latest",
        messages=[UserMessage(content="What is 12 * 14?")],
        reasoning_effort="high",
        temperature=0.7,
    )
    content = answer.choices[0].message.content
    if isinstance(content, str):
        print(content)
        return
    for chunk in content or []:
        if isinstance(chunk, ThinkChunk):
            print("thinks:", "".join(inner.text for inner in chunk.thinking if isinstance(inner, TextChunk)))
        elif isinstance(chunk, TextChunk):
            print("says:", chunk.text)


if __name__ == "__main__":
    main()
