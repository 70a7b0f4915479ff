# /// script
# dependencies = ["neo4j-graphrag[mistralai]==1.22.0"]
# ///
import asyncio

import stage
from mistralai.client.errors import SDKError
from neo4j_graphrag.embeddings import MistralAIEmbeddings
from neo4j_graphrag.exceptions import LLMGenerationError
from neo4j_graphrag.llm import MistralAILLM

llm = MistralAILLM(model_name="mistral-small-latest", model_params={"temperature": 0})
stage.show(llm.invoke("Which river?", system_instruction="Be brief.").content)
stage.show(asyncio.run(llm.ainvoke("Which lake?")).content)
stage.show(len(MistralAIEmbeddings(model="mistral-embed").embed_query("a river")))
try:
    MistralAILLM(model_name="none-such").invoke("Which river?")
except LLMGenerationError as error:
    stage.show(isinstance(error.args[0], SDKError))
