# /// script
# dependencies = ["covenance==0.0.9", "mistralai>=2"]
# requires-python = ">=3.12"
# ///
import stage
from covenance.clients.mistral_client import ask_mistral
from pydantic import BaseModel


class River(BaseModel):
    name: str
    length: int


stage.show(ask_mistral("Which river?").output)
stage.show(ask_mistral("Which river?", River, "Be brief.").output)
