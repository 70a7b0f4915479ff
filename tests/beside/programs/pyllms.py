# /// script
# dependencies = ["pyllms==0.7.6", "mistralai<2", "setuptools<80", "huggingface_hub<0.30"]
# ///
import stage
from llms.providers.mistral import MistralProvider

provider = MistralProvider(api_key=stage.KEY, model="mistral-small-latest")
stage.show(provider.complete("Which river?").text)
