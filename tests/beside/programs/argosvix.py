# /// script
# dependencies = ["argosvix==0.5.14", "mistralai<2"]
# ///
import asyncio

import stage
from argosvix import ArgosvixConfig, get_recorder, wrap
from mistralai import Mistral

records = []
client = wrap(Mistral(api_key=stage.KEY), ArgosvixConfig(api_key="argosvix_live_none"))
get_recorder(client).record = records.append
question = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Which river?"}]}
stage.show(client.chat.complete(**question).choices[0].message.content)
stage.show(asyncio.run(client.chat.complete_async(**question)).choices[0].message.content)
with client.chat.stream(**question) as events:
    stage.show([each.data.choices[0].delta.content for each in events])
for each in records:
    stage.show({name: value for name, value in vars(each).items() if isinstance(value, str) and "id" not in name})
