# /// script
# requires-python = ">=3.12"
# dependencies = ["mistral-vibe==3.0.2"]
# ///
import asyncio

import stage
from vibe.core.config import ModelConfig, ProviderConfig
from vibe.core.llm.backend.mistral import MistralBackend
from vibe.core.llm.exceptions import BackendError
from vibe.core.types import AvailableFunction, AvailableTool, LLMMessage, Role

TOOL = AvailableTool(
    function=AvailableFunction(
        name="level",
        description="The level of a river.",
        parameters={"type": "object", "properties": {"river": {"type": "string"}}, "required": ["river"]},
    )
)


async def main():
    provider = ProviderConfig(name="mistral", api_base=f"{stage.URL}/v1", api_key_env_var="MISTRAL_API_KEY")
    retried = []

    async def on_retry(reason):
        retried.append(reason.category)

    options = {"temperature": 0.2, "max_tokens": 30, "extra_headers": {"x-team": "rivers"}}
    small = ModelConfig(name="mistral-small-latest", provider="mistral", alias="small")
    thinking = ModelConfig(name="magistral-medium-latest", provider="mistral", alias="large", thinking="high")
    question = [LLMMessage(role=Role.system, content="Be brief."), LLMMessage(role=Role.user, content="Which river?")]
    async with MistralBackend(provider, on_retry=on_retry, enable_otel=True) as backend:
        plain = await backend.complete(model=small, messages=question, tools=None, tool_choice=None, **options)
        stage.show(plain)
        stage.show(await backend.complete(model=thinking, messages=question, tools=None, tool_choice=None, **options))
        called = await backend.complete(model=small, messages=question, tools=[TOOL], tool_choice="any", **options)
        stage.show([[each.function.name, each.function.arguments] for each in called.message.tool_calls])
        pieces = backend.complete_streaming(model=thinking, messages=question, tools=None, tool_choice=None, **options)
        stage.show([[each.message.content, each.message.reasoning_content] async for each in pieces])
        try:
            none = ModelConfig(name="none-such", provider="mistral", alias="none")
            await backend.complete(model=none, messages=question, tools=None, tool_choice=None, **options)
        except BackendError as error:
            stage.show(error.status)
    stage.show(retried)


asyncio.run(main())
