import os

from mistral_async.compat import Mistral
from mistral_async.compat.models import TextChunk, ThinkChunk, UserMessage


def final_text(content):
    if isinstance(content, str):
        return content
    return "".join(chunk.text for chunk in content or [] if isinstance(chunk, TextChunk))


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"], timeout_ms=300_000)
    messages, total = [], 0
    for number, question in enumerate(["What is 17 * 23?", "What is 391 * 3?", "What is 1173 - 100?"], start=1):
        messages.append(UserMessage(content=question))
        response = client.chat.complete(model="magistral-medium-latest", messages=messages, reasoning_effort="high")
        message = response.choices[0].message
        total += response.usage.prompt_tokens + response.usage.completion_tokens
        print(f"turn {number}: {final_text(message.content)}")
        messages.append(message)  # with what it thought
    thoughts = sum(isinstance(chunk, ThinkChunk) for each in messages[1::2] for chunk in each.content)
    print(f"{thoughts} thoughts, {total > 0}")


if __name__ == "__main__":
    main()
