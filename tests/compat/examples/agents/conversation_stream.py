import os

from mistral_async.compat import Mistral
from mistral_async.compat.models import MessageOutputEvent, ResponseDoneEvent, ResponseStartedEvent


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    said = ""
    with client.beta.conversations.start_stream(model="mistral-medium-latest", inputs="Say hello.") as events:
        for event in events:
            match event.data:
                case ResponseStartedEvent():
                    print(event.event, bool(event.data.conversation_id))
                    identity = event.data.conversation_id
                case MessageOutputEvent():
                    said += event.data.content
                case ResponseDoneEvent():
                    print(said, event.data.usage.total_tokens > 0)
    for event in client.beta.conversations.append_stream(conversation_id=identity, inputs="Again."):
        print(event.event)
        break


if __name__ == "__main__":
    main()
