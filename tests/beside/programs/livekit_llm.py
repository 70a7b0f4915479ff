# /// script
# dependencies = ["livekit-plugins-mistralai==1.8.9"]
# [tool.beside]
# install = true
# ///
import asyncio

import stage
from livekit.agents import llm
from livekit.plugins import mistralai


async def main():
    for mode in ("conversations", "chat_completions"):
        chat = llm.ChatContext.empty()
        chat.add_message(role="user", content="Which river?")
        text = ""
        async with mistralai.LLM(model="mistral-small-latest", api_mode=mode).chat(chat_ctx=chat) as stream:
            async for chunk in stream:
                text += (chunk.delta and chunk.delta.content) or ""
        stage.show(text)


asyncio.run(main())
