# /// script
# dependencies = ["llama-index-llms-mistralai==0.11.0", "llama-index-embeddings-mistralai==0.6.0"]
# [tool.beside]
# install = true
# ///
import asyncio

import stage
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.embeddings.mistralai import MistralAIEmbedding
from llama_index.llms.mistralai import MistralAI


def weather(city: str) -> str:
    """Say how the weather is in a city."""
    return f"rain in {city}"


llm = MistralAI(model="mistral-small-latest", api_key=stage.KEY, endpoint=stage.URL)
stage.show(llm.complete("Which river?").text)
stage.show([each.delta for each in llm.stream_chat([ChatMessage(content="Which river?")])])
stage.show(asyncio.run(llm.achat([ChatMessage(content="Which river?")])).message.content)
answer = llm.chat_with_tools(
    [FunctionTool.from_defaults(weather)], user_msg="How is the weather?", allow_parallel_tool_calls=True
)
stage.show(llm.get_tool_calls_from_response(answer, error_on_no_tool_call=False))
stage.show(MistralAIEmbedding(api_key=stage.KEY).get_text_embedding("a")[:4])
