# /// script
# dependencies = ["ag2[mistral]==0.9.9", "mistralai<2"]
# [tool.beside]
# install = true
# ///
import stage
from autogen import ConversableAgent, LLMConfig

config = LLMConfig(api_type="mistral", model="mistral-small-latest", api_key=stage.KEY)
guide = ConversableAgent("guide", llm_config=config, system_message="Be brief.", human_input_mode="NEVER")
stage.show(guide.generate_reply(messages=[{"role": "user", "content": "Which river?"}]))


@guide.register_for_llm(description="Say how the weather is in a city.")
def weather(city: str) -> str:
    return f"rain in {city}"


reply = guide.generate_reply(messages=[{"role": "user", "content": "How is the weather in Rome?"}])
stage.show([each["function"] for each in reply["tool_calls"]])
