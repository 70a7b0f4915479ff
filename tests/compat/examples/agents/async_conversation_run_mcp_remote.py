import asyncio
import os

from mistral_async.compat import Mistral
from mistral_async.compat.extra.mcp.sse import MCPClientSSE, SSEServerParams
from mistral_async.compat.extra.run.context import RunContext


async def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    mcp_client = MCPClientSSE(sse_params=SSEServerParams(url=os.environ["MCP_SERVER"], timeout=100))
    async with RunContext(model="mistral-medium-latest") as run_ctx:
        await run_ctx.register_mcp_client(mcp_client=mcp_client)
        result = await client.beta.conversations.run_async(run_ctx=run_ctx, inputs="Get the weather in Lyon.")
    for entry in result.output_entries:
        print(entry.type, getattr(entry, "result", ""))
    print(f"finally: {result.output_as_text}")


if __name__ == "__main__":
    asyncio.run(main())
