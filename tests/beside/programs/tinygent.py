# /// script
# dependencies = ["tinygent-mistralai==0.1.1019", "mistralai<2"]
# requires-python = "3.12"
# ///
import asyncio

import stage
from pydantic import BaseModel
from tiny_mistralai.embedder import MistralAIEmbedder
from tiny_mistralai.llm import MistralAILLM
from tinygent.core.datamodels.messages import TinyHumanMessage
from tinygent.core.types.io.llm_io_input import TinyLLMInput


class River(BaseModel):
    name: str
    length: int


async def streamed():
    return [str(each) async for each in model.stream_text(asked)][:2]


asked = TinyLLMInput(messages=[TinyHumanMessage(content="Which river?")])
model = MistralAILLM("mistral-small-latest", api_key=stage.KEY)
stage.show(model.generate_text(asked).to_string())
stage.show(asyncio.run(streamed()))
stage.show(model.generate_structured(asked, River))
stage.show(len(MistralAIEmbedder("mistral-embed", api_key=stage.KEY).embed("a")))
