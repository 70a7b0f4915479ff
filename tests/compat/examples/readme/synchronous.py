import os

from mistral_async.compat import Mistral

with Mistral(api_key=os.getenv("MISTRAL_API_KEY", "")) as mistral:
    question = {"role": "user", "content": "Who paints best? Answer in one sentence."}
    res = mistral.chat.complete(
        model="mistral-large-latest", messages=[question], stream=False, response_format={"type": "text"}
    )
    print(res.choices[0].message.content)

    res = mistral.embeddings.create(model="mistral-embed", inputs=["Embed this.", "And this."])
    print(len(res.data))

    agent = mistral.beta.agents.create(model="mistral-large-latest", name="painter")
    res = mistral.agents.complete(
        messages=[question], agent_id=agent.id, stream=False, response_format={"type": "text"}
    )
    print(res.choices[0].message.content)
