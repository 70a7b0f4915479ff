# /// script
# dependencies = ["tinygent-mistralai==0.1.1019", "mistralai<2"]
# ///
import stage
from tiny_mistralai.embedder import MistralAIEmbedder

stage.show(MistralAIEmbedder(api_key=stage.KEY).embed("a text")[:4])
