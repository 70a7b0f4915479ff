# /// script
# dependencies = ["embcli-mistral==0.1.1", "mistralai<2"]
# ///
import stage
from embcli_mistral.mistral import MistralEmbeddingModel

model = MistralEmbeddingModel("codestral-embed")
stage.show(list(model.embed("a text", output_dimension=8)))
stage.show([list(each) for each in model.embed_batch(["a", "b"], None, output_dimension=4, output_dtype="int8")])
