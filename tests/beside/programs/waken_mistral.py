# /// script
# requires-python = ">=3.12"
# dependencies = ["waken-mistral==0.1.0", "mistralai>=2,<3"]
# ///
import asyncio
import inspect

import stage
from waken import Event
from waken_mistral import MistralAdapter


async def main():
    adapter = MistralAdapter("mistral-small-latest", api_key=stage.KEY, timeout_ms=9_000)
    known = {"id": "1", "source": "test", "session_id": "a", "target": "mistral"}
    wanted = inspect.signature(Event).parameters
    for prompt in ("Which river?", "And the longest?"):
        event = Event(payload={"prompt": prompt}, **{name: each for name, each in known.items() if name in wanted})
        stage.show((await adapter.handle(event)).text)
    stage.show(adapter._history)


asyncio.run(main())
