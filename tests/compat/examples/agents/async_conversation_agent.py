import asyncio
import os

from mistral_async.compat import Mistral


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    agent = client.beta.agents.create(
        model="mistral-medium-latest",
        name="searcher",
        instructions="Search for what you do not know.",
        description="Finds what is new.",
        tools=[{"type": "web_search"}],
    )
    result = await client.beta.conversations.start_async(agent_id=agent.id, inputs="Search the web: who won?")
    print([entry.type for entry in result.outputs])
    again = await client.beta.conversations.append_async(
        conversation_id=result.conversation_id, inputs="And the year before?"
    )
    print([entry.type for entry in again.outputs], again.conversation_id == result.conversation_id)
    history = await client.beta.conversations.get_history_async(conversation_id=result.conversation_id)
    print(len(history.entries) > len(again.outputs))


if __name__ == "__main__":
    asyncio.run(main())
