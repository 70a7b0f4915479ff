# /// script
# dependencies = ["cyris==0.2.0", "mistralai<2"]
# [tool.beside]
# install = true
# ///
import asyncio

import stage
from cyris import patchers

from mistralai import Mistral

calls = []
patchers._try_patch_mistral()
client = Mistral(api_key=stage.KEY)
question = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Which river?"}]}
stage.show(client.chat.complete(**question).choices[0].message.content)
stage.show(asyncio.run(client.chat.complete_async(**question)).choices[0].message.content)
stage.show([type(client.chat).complete.__name__, type(client.chat).complete_async.__name__])
stage.show(patchers._extract_openai_like(question, client.chat.complete(**question)))
