import argparse
import os
import sys

from mistral_async.compat import Mistral
from mistral_async.compat.models import AssistantMessage, SystemMessage, UserMessage


class ChatBot:
    def __init__(self, api_key, model, system=None, temperature=0.7):
        self.client = Mistral(api_key=api_key)
        self.model, self.temperature = model, temperature
        self.messages = [SystemMessage(content=system)] if system else []

    def answer(self, said):
        self.messages.append(UserMessage(content=said))
        answer = ""
        for chunk in self.client.chat.stream(model=self.model, temperature=self.temperature, messages=self.messages):
            piece = chunk.data.choices[0].delta.content
            if piece is not None:
                print(piece, end="", flush=True)
                answer += piece
        print(flush=True)
        self.messages.append(AssistantMessage(content=answer))

    def talk(self):
        for line in sys.stdin:
            match line.split():
                case ["/exit"]:
                    print(f"{len(self.messages)} messages")
                    sys.exit(0)
                case ["/model", model]:
                    self.model = model
                case _:
                    self.answer(line.strip())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--api-key", default=os.environ.get("MISTRAL_API_KEY"))
    parser.add_argument("-m", "--model", default="mistral-small-latest")
    arguments = parser.parse_args()
    ChatBot(arguments.api_key, arguments.model, "You talk to a test.").talk()
