# /// script
# dependencies = ["agno==3.1.10", "mistralai>=2"]
# ///
import stage
from agno.agent import Agent
from agno.knowledge.embedder.mistral import MistralEmbedder
from agno.models.mistral import MistralChat
from pydantic import BaseModel


class River(BaseModel):
    name: str
    length: int


def weather(city: str) -> str:
    """Say how the weather is in a city."""
    return f"rain in {city}"


model = MistralChat(id="mistral-small-latest", api_key=stage.KEY)
stage.show(Agent(model=model, telemetry=False).run("Which river?").content)
stage.show([each.content for each in Agent(model=model, telemetry=False).run("Which river?", stream=True)][:3])
answer = Agent(model=model, tools=[weather], telemetry=False).run("How is the weather in Rome?")
stage.show([(each.role, each.tool_calls and each.tool_calls[0]["function"]) for each in answer.messages])
stage.show(Agent(model=model, output_schema=River, telemetry=False).run("Which river?").content)
vector, usage = MistralEmbedder(api_key=stage.KEY).get_embedding_and_usage("a")
stage.show([len(vector), usage["total_tokens"]])
