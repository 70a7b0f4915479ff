# /// script
# dependencies = ["mistralai-evaluations==0.8.4", "mistralai<3"]
# requires-python = "3.12"
# ///
import asyncio

import stage
from mistralai.evaluations import Mistral


async def main():
    client = Mistral(api_key=stage.KEY, server_url=stage.URL)
    stage.show(client.chat.complete(model="mistral-small-latest", messages=[{"role": "user", "content": "hi"}]).object)
    stage.show([type(each).__name__ for each in (client.project, client.evaluation)])


asyncio.run(main())
