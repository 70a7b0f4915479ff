# /// script
# dependencies = ["phidata==2.7.10", "mistralai<2"]
# ///
import stage
from phi.agent import Agent
from phi.embedder.mistral import MistralEmbedder
from phi.model.mistral import MistralChat


def weather(city: str) -> str:
    """Say how the weather is in a city."""
    return f"rain in {city}"


model = {"id": "mistral-small-latest", "api_key": stage.KEY}
stage.show(Agent(model=MistralChat(**model)).run("Which river?").content)
stage.show([each.content for each in Agent(model=MistralChat(**model)).run("Which river?", stream=True)])
stage.show(Agent(model=MistralChat(**model), tools=[weather]).run("How is the weather in Rome?").content)
stage.show(len(MistralEmbedder(api_key=stage.KEY).get_embedding("a")))
