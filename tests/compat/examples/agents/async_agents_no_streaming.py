import asyncio
import os

from mistral_async.compat import Mistral
from mistral_async.compat.models import UserMessage


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    agent = client.beta.agents.create(
        model="mistral-medium-latest", name="cheese expert", instructions="You know cheese."
    )
    try:
        response = await client.agents.complete_async(
            agent_id=agent.id, messages=[UserMessage(content="Which cheese is the oldest?")]
        )
        print(response.choices[0].message.content)
        stream = await client.agents.stream_async(
            agent_id=agent.id, messages=[UserMessage(content="And the youngest?")]
        )
        print("".join([event.data.choices[0].delta.content or "" async for event in stream]))
    finally:
        client.beta.agents.delete(agent_id=agent.id)
    print(agent.id in [each.id for each in client.beta.agents.list(page=0, metadata={})])


if __name__ == "__main__":
    asyncio.run(main())
