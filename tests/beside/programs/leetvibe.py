# /// script
# dependencies = ["leetvibe==0.2.3"]
# ///
from types import SimpleNamespace

import stage
from leetvibe.ai.agent import ConceptAgent

config = SimpleNamespace(mistral_api_key=stage.KEY, mistral_qa_model="mistral-small-latest")
agent = ConceptAgent(config, {"title": "Two Sum", "difficulty": "easy"})
stage.show("".join(agent.chat_streaming("Why a hash table?")))
stage.show("".join(agent.chat_streaming("And how large?")))
