import asyncio
import os
import sys
from pathlib import Path

from mcp import StdioServerParameters
from mistral_async.compat import Mistral
from mistral_async.compat.extra.mcp.stdio import MCPClientSTDIO
from mistral_async.compat.extra.run.context import RunContext
from mistral_async.compat.types import BaseModel

SERVER = Path(__file__).parents[1] / "mcp_servers" / "weather.py"


class Weather(BaseModel):
    user: str
    temperature: float


async def main() -> None:
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    server = StdioServerParameters(command=sys.executable, args=[str(SERVER)], env=None)
    agent = client.beta.agents.create(
        model="mistral-medium-latest", name="weather teller", instructions="You tell the weather.", description=""
    )
    async with RunContext(agent_id=agent.id, output_format=Weather, continue_on_fn_error=True) as run_ctx:

        @run_ctx.register_func
        def get_location(name: str) -> str:
            """Find where a user is.

            Args:
                name: name of the user.
            """
            return f"{name} is in Paris"

        await run_ctx.register_mcp_client(mcp_client=MCPClientSTDIO(stdio_params=server))
        result = await client.beta.conversations.run_async(
            run_ctx=run_ctx, inputs="Get the location of John, and get the weather there."
        )
        for entry in result.output_entries:
            print(entry.type, getattr(entry, "result", ""))
        print(type(result.output_as_model).__name__)
    print(sorted(tool.function.name for tool in client.beta.agents.get(agent_id=agent.id).tools))


if __name__ == "__main__":
    asyncio.run(main())
