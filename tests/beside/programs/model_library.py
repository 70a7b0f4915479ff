# /// script
# dependencies = ["model-library==0.1.38"]
# ///
import asyncio

import logging

import stage
from model_library.base import LLMConfig, TextInput
from model_library.providers.mistral.chat import MistralModel


logging.disable()


async def main():
    model = MistralModel("mistral-small-latest", config=LLMConfig(temperature=0.2, max_tokens=20))
    answer = await model.query([TextInput(text="Which river?")])
    stage.show([answer.output_text, answer.metadata.in_tokens, answer.metadata.out_tokens])


asyncio.run(main())
