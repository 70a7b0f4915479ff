# /// script
# dependencies = ["any-llm-sdk[mistral]==1.40.2"]
# [tool.beside]
# install = true
# ///
import stage
from any_llm import completion, embedding, list_models

question = {
    "model": "mistral-small-latest",
    "provider": "mistral",
    "messages": [{"role": "user", "content": "Which river?"}],
}
stage.show(completion(**question).choices[0].message.content)
stage.show([each.choices[0].delta.content for each in completion(**question, stream=True)])
stage.show(embedding(model="mistral-embed", provider="mistral", inputs="a").data[0].embedding[:4])
stage.show([each.id for each in list_models("mistral")])
