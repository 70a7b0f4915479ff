# /// script
# dependencies = ["vanna==2.0.2", "mistralai<2"]
# ///
import stage
from vanna.legacy.base import VannaBase
from vanna.legacy.mistral import Mistral


class Asking(Mistral):
    pass


for name in VannaBase.__abstractmethods__ - {"system_message", "user_message", "assistant_message", "submit_prompt"}:
    setattr(Asking, name, lambda self, *args, **kwargs: [])
Asking.__abstractmethods__ = frozenset()
asking = Asking({"api_key": stage.KEY, "model": "mistral-small-latest"})
stage.show(asking.submit_prompt([asking.system_message("Be brief."), asking.user_message("Which river?")]))
