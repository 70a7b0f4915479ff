# /// script
# dependencies = ["yaicli[mistral]==0.17.0", "mistralai<2"]
# ///
import stage
from yaicli.config import cfg
from yaicli.llms.providers.mistral_provider import MistralProvider
from yaicli.schemas import ChatMessage

cfg.update({"API_KEY": stage.KEY, "BASE_URL": stage.URL, "MODEL": "mistral-small-latest", "ENABLE_FUNCTIONS": False})
provider = MistralProvider(cfg)
question = [ChatMessage(role="system", content="Be brief."), ChatMessage(role="user", content="Which river?")]
for stream in (False, True):
    cfg["STREAM"] = stream
    stage.show([[each.reasoning, each.content, each.finish_reason] for each in provider.completion(question, stream)])
