# /// script
# dependencies = ["wrapper4ai==0.1.3", "mistralai<2"]
# ///
import stage
from wrapper4ai.providers._mistral import MistralProvider

provider = MistralProvider("mistral-small-latest")
messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Which river?"}]
stage.show(provider.generate(messages))
stage.show(list(provider.stream(messages)))
