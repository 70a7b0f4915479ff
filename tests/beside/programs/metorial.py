# /// script
# dependencies = ["metorial-mistral==1.0.5", "mistralai<2"]
# ///
import asyncio

import stage
from metorial_mistral import build_mistral_tools, call_mistral_tools
from mistralai import Mistral


class Tool:
    name, description = "level", "The level of a river."

    def get_parameters_as(self, _form):
        return {"type": "object", "properties": {"river": {"type": "string"}}, "required": ["river"]}


class Tools:
    def get_tools(self):
        return [Tool()]

    def get_tool(self, _name):
        return Tool()

    async def execute_tool(self, _name, arguments):
        return {"level": 3, "asked": sorted(arguments)}


client = Mistral(api_key=stage.KEY)
messages = [{"role": "user", "content": "What is the level of the Loire?"}]
tools = build_mistral_tools(Tools())
answer = client.chat.complete(model="mistral-small-latest", messages=messages, tools=tools, tool_choice="any")
message = answer.choices[0].message
results = asyncio.run(call_mistral_tools(Tools(), message.tool_calls))
stage.show([{name: value for name, value in each.items() if "id" not in name} for each in results])
messages += [message, *results]
stage.show(client.chat.complete(model="mistral-small-latest", messages=messages).choices[0].message.content)
