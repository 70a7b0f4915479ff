# /// script
# dependencies = ["outlines==1.3.3", "mistralai>=1.9,<2"]
# ///
import outlines
import stage
from mistralai import Mistral
from pydantic import BaseModel


class River(BaseModel):
    name: str
    kilometres: int


model = outlines.from_mistral(Mistral(api_key=stage.KEY), "mistral-small-latest")
stage.show(model("Which river?", max_tokens=20))
stage.show(list(model.stream("Which river?", max_tokens=20)))
stage.show(sorted(River.model_validate_json(model("Which river?", River)).model_dump()))
