# /// script
# dependencies = ["llmgate[mistral]==0.8.3"]
# ///
import stage
from llmgate import completion
from llmgate.embeddings import embed

MODEL = "mistral/mistral-small-latest"
question = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Which river?"}]
answer = completion(MODEL, question, temperature=0.1, max_tokens=20)
stage.show([answer.choices[0].message.content, answer.usage.prompt_tokens, answer.usage.completion_tokens])
stage.show([each.delta for each in completion(MODEL, question, stream=True)])
stage.show([len(each) for each in embed("mistral/mistral-embed", ["a river", "a lake"]).embeddings])
