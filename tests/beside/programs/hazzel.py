# /// script
# dependencies = ["hazzel==1.6.2", "mistralai>=2"]
# ///
import stage
from hazzel.providers.mistral import MistralProvider

provider = MistralProvider(stage.KEY, "mistral-small-latest")
function = {"name": "level", "description": "The level.", "parameters": {"type": "object", "properties": {}}}
tools = [{"type": "function", "function": function}]
question = [{"role": "user", "content": "Which river?"}]
stage.show(vars(provider.chat(question, None)))
stage.show(vars(provider.chat([{"role": "user", "content": "What is the level?"}], tools)))
words = []
stage.show(vars(provider.stream(question, None, words.append)))
stage.show(words)
