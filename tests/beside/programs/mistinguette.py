# /// script
# dependencies = ["mistinguette==0.0.2", "mistralai==1.5.1", "toolslm<0.2", "msglm<0.1"]
# ///
import stage
from mistinguette import Client

client = Client("open-mistral-nemo")
stage.show(client([{"role": "user", "content": "Which river?"}]).choices[0].message.content)
stage.show(repr(client.use))
stage.show(list(client([{"role": "user", "content": "Which river?"}], stream=True)))
