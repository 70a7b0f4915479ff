# /// script
# dependencies = ["camel-ai==0.2.90", "mistralai<2", "mcp<2"]
# [tool.beside]
# install = true
# ///
import stage
from camel.embeddings import MistralEmbedding
from camel.loaders import MistralReader
from camel.models import ModelFactory
from camel.types import ModelPlatformType

model = ModelFactory.create(ModelPlatformType.MISTRAL, "mistral-small-latest", api_key=stage.KEY, url=stage.URL)
answer = model.run([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Which river?"}])
stage.show([answer.choices[0].message.content, answer.usage.total_tokens])
stage.show(len(MistralEmbedding(api_key=stage.KEY).embed_list(["a", "b"])))
stage.show([each.markdown for each in MistralReader(api_key=stage.KEY).extract_text(stage.pdf()).pages])
