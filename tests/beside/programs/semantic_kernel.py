# /// script
# dependencies = ["semantic-kernel[mistralai]==1.45.0"]
# ///
import asyncio

import stage
from semantic_kernel import Kernel
from semantic_kernel.connectors.ai.function_choice_behavior import FunctionChoiceBehavior
from semantic_kernel.connectors.ai.mistral_ai import (
    MistralAIChatCompletion,
    MistralAIChatPromptExecutionSettings,
    MistralAITextEmbedding,
)
from semantic_kernel.contents import ChatHistory
from semantic_kernel.functions import kernel_function


class Weather:
    @kernel_function
    def weather(self, city: str) -> str:
        """Say how the weather is in a city."""
        return f"rain in {city}"


async def main():
    chat = MistralAIChatCompletion("mistral-small-latest", api_key=stage.KEY)
    settings = MistralAIChatPromptExecutionSettings(max_tokens=20)
    history = ChatHistory()
    history.add_user_message("Which river?")
    answer = await chat.get_chat_message_content(history, settings)
    stage.show([str(answer), answer.finish_reason, answer.metadata.get("usage")])
    streamed = chat.get_streaming_chat_message_content(history, settings)
    stage.show("".join([str(each) async for each in streamed]))
    kernel = Kernel()
    kernel.add_plugin(Weather(), "sky")
    settings = MistralAIChatPromptExecutionSettings(function_choice_behavior=FunctionChoiceBehavior.Auto())
    history.add_user_message("How is the weather in Rome?")
    stage.show(str(await chat.get_chat_message_content(history, settings, kernel=kernel)))
    vectors = await MistralAITextEmbedding("mistral-embed", api_key=stage.KEY).generate_embeddings(["a"])
    stage.show(list(vectors.shape))


asyncio.run(main())
