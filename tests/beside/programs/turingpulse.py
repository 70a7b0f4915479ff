# /// script
# dependencies = ["turingpulse-sdk-mistral==1.5.1", "mistralai<2"]
# ///
import stage
import os

from turingpulse_sdk_mistral import patch_mistral, unpatch_mistral

from mistralai import Mistral

os.environ["TP_API_KEY"] = "none"
patch_mistral(name="a workflow")
client = Mistral(api_key=stage.KEY)
answer = client.chat.complete(model="mistral-small-latest", messages=[{"role": "user", "content": "Which river?"}])
stage.show(answer.choices[0].message.content)
unpatch_mistral()
