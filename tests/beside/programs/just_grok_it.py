# /// script
# dependencies = ["just-grok-it==0.1.1", "mistralai>=1,<2"]
# [tool.beside]
# install = true
# ///
import stage
from just_grok_it.providers.mistral_provider import MistralProvider

from mistralai import Mistral

question = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Which river?"}]}
provider = MistralProvider()
stage.show(provider.is_installed())
client = Mistral(api_key=stage.KEY)
provider.patch("grok")
try:
    client.chat.complete(**question)
except Exception as error:  # noqa: BLE001 - of the client that it calls in its place
    stage.show(type(error).__name__)
provider.unpatch()
stage.show(client.chat.complete(**question).choices[0].message.content)
