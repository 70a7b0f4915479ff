# /// script
# dependencies = ["arize-phoenix-evals==0.20.8", "mistralai>=1,<2", "nest-asyncio"]
# ///
import pandas as pd
import stage
from phoenix.evals import MistralAIModel, llm_classify

model = MistralAIModel(model="mistral-small-latest")
stage.show(model("Which river?"))
found = llm_classify(
    pd.DataFrame({"text": ["a river", "a lake"]}),
    template="Is {text} water? Answer with yes or no.",
    model=model,
    rails=["yes", "no"],
    concurrency=1,
    use_function_calling_if_available=False,
)
stage.show(list(found["label"]))
