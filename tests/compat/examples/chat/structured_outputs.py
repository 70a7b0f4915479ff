import os

from mistral_async.compat import Mistral
from pydantic import BaseModel

MESSAGES = [
    {"role": "system", "content": "You solve equations, step by step."},
    {"role": "user", "content": "How is 3x + 4 = 19 solved?"},
]


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])

    class Step(BaseModel):
        explanation: str
        equation: str

    class Solution(BaseModel):
        steps: list[Step]
        x: int

    response = client.chat.parse(model="mistral-large-latest", messages=MESSAGES, response_format=Solution)
    parsed = response.choices[0].message.parsed
    print(type(parsed).__name__, type(parsed.steps[0]).__name__, type(parsed.x).__name__)
    print(response.choices[0].finish_reason, response.choices[0].message.role)

    said = ""
    with client.chat.parse_stream(model="mistral-large-latest", messages=MESSAGES, response_format=Solution) as stream:
        for chunk in stream:
            said += chunk.data.choices[0].delta.content
    print(Solution.model_validate_json(said) == parsed)


if __name__ == "__main__":
    main()
