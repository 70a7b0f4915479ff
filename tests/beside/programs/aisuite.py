# /// script
# dependencies = ["aisuite==0.2.0", "mistralai>=1.0.3,<2"]
# [tool.beside]
# install = true
# ///
import aisuite
import stage

client = aisuite.Client()
answer = client.chat.completions.create(
    model="mistral:mistral-small-latest", messages=[{"role": "user", "content": "Which river?"}]
)
stage.show(answer.choices[0].message.content)
