import functools
import json
import os
from typing import Any

from mistral_async.compat import Mistral
from mistral_async.compat.models import (
    AssistantMessage,
    ChatCompletionRequestMessage,
    ChatCompletionRequestTool,
    Function,
    Tool,
    ToolMessage,
    UserMessage,
)

PARCELS: dict[str, dict[str, str]] = {"P7": {"state": "delivered", "day": "2024-05-02"}, "P8": {"state": "on its way"}}


def look_up(field: str, parcel_id: str) -> str:
    return json.dumps({field: PARCELS.get(parcel_id, {}).get(field, "unknown")})


functions = {
    "parcel_state": functools.partial(look_up, "state"),
    "delivery_day": functools.partial(look_up, "day"),
}
parameters: dict[str, Any] = {
    "type": "object",
    "required": ["parcel_id"],
    "properties": {"parcel_id": {"type": "string", "enum": sorted(PARCELS)}},
}
tools: list[ChatCompletionRequestTool] = [
    Tool(function=Function(name=name, description=f"The {name} of a parcel", parameters=parameters))
    for name in functions
]

client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
model = "mistral-small-latest"
messages: list[ChatCompletionRequestMessage] = [UserMessage(content="Where is it?")]

response = client.chat.complete(model=model, messages=messages, tools=tools, temperature=0)
print(response.choices[0].message.content)
messages.append(AssistantMessage(content=response.choices[0].message.content))
messages.append(UserMessage(content="What is the parcel state of P7?"))

response = client.chat.complete(model=model, messages=messages, tools=tools, temperature=0)
message = response.choices[0].message
print(response.choices[0].finish_reason, message.content == "")
for call in message.tool_calls:
    arguments = json.loads(str(call.function.arguments))
    print("calls", call.function.name, arguments)
    result = functions[call.function.name](**arguments)
    messages.append(AssistantMessage(content=message.content, tool_calls=message.tool_calls))
    messages.append(ToolMessage(name=call.function.name, content=result, tool_call_id=call.id))

response = client.chat.complete(model=model, messages=messages, tools=tools, temperature=0)
print(response.choices[0].message.content)
