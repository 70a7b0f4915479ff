# /// script
# dependencies = ["inspect-ai==0.3.285", "mistralai>=3,<4", "openai"]
# [tool.beside]
# install = true
# ///
import asyncio

import stage
from inspect_ai.model import ChatMessageSystem, ChatMessageUser, GenerateConfig, get_model
from inspect_ai.tool import tool


@tool
def level():
    async def execute(river: str):
        """Say the level of a river.

        Args:
            river: Its name.
        """
        return f"{river}: 3 m"

    return execute


async def main():
    model = get_model("mistral/mistral-small-latest", config=GenerateConfig(max_tokens=30, temperature=0.2))
    question = [ChatMessageSystem(content="Be brief."), ChatMessageUser(content="Which river?")]
    answer = await model.generate(question)
    stage.show([answer.completion, answer.stop_reason, answer.usage.input_tokens, answer.usage.output_tokens])
    asked = await model.generate("What is the level of the Loire?", tools=[level()], tool_choice="any")
    stage.show([[call.function, call.arguments] for call in asked.message.tool_calls])


asyncio.run(main())
