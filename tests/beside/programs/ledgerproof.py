# /// script
# dependencies = ["mistral-ledgerproof==0.1.0", "mistralai<2"]
# ///
import asyncio

import stage
from mistral_ledgerproof import LedgerProofAsyncMistral, LedgerProofMistral

question = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Which river?"}]}
client = LedgerProofMistral(deployer_id="acme", api_key=stage.KEY)
stage.show(client.chat.complete(**question).choices[0].message.content)
stage.show([each.data.choices[0].delta.content for each in client.chat.stream(**question)])
stage.show(client.embeddings.create(model="mistral-embed", inputs=["a"]).data[0].index)


async def main():
    client = LedgerProofAsyncMistral(deployer_id="acme", api_key=stage.KEY)
    stage.show((await client.chat.complete_async(**question)).choices[0].message.content)


asyncio.run(main())
