# /// script
# dependencies = ["instructor[mistral]==1.17.0"]
# [tool.beside]
# install = true
# ///
import stage

import instructor
from pydantic import BaseModel

from mistralai.client import Mistral


class River(BaseModel):
    name: str
    length: int


question = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Which river?"}]}
for mode in (instructor.Mode.MISTRAL_TOOLS, instructor.Mode.MISTRAL_STRUCTURED_OUTPUTS):
    client = instructor.from_mistral(Mistral(api_key=stage.KEY), mode=mode)
    stage.show(client.chat.completions.create(response_model=River, **question))
