import os

from mistral_async.compat import Mistral
from mistral_async.compat.models import UserMessage

CODE = """class River(BaseModel):
    name: str
    kilometres: int
"""


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    messages = [UserMessage(content="Give the River class a country."), UserMessage(content=CODE)]
    answer = client.chat.complete(
        model="codestral-latest", messages=messages, prediction={"type": "content", "content": CODE}
    )
    print(answer.choices[0].message.content)


if __name__ == "__main__":
    main()
