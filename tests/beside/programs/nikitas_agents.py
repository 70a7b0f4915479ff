# /// script
# dependencies = ["nikitas-agents==0.1.0", "mistralai<2"]
# ///
import stage
from nikitas_agents.agents import BaseAgent

agent = BaseAgent("a", "b", provider="mistral", model="mistral-small-latest")
stage.show(agent.invoke("Which river?"))
