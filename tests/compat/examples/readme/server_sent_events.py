import os

from mistral_async.compat import Mistral

with Mistral(api_key=os.getenv("MISTRAL_API_KEY", "")) as mistral:
    res = mistral.beta.conversations.start_stream(
        model="mistral-small-latest",
        inputs=[{"object": "entry", "type": "message.input", "role": "user", "content": "Say hello."}],
        completion_args={"response_format": {"type": "text"}},
    )
    with res as event_stream:
        for event in event_stream:
            print(event.event, flush=True)
