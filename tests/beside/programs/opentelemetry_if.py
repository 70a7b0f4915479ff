# /// script
# dependencies = ["opentelemetry-if-instrumentation-mistralai==1.0.0",
#   "mistralai==1.5.2", "opentelemetry-sdk", "setuptools<80"]
# [tool.beside]
# install = true
# ///
import asyncio

import stage
from opentelemetry.instrumentation.mistralai import MistralAiInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from mistralai import Mistral


async def main():
    stage.show((await client.chat.complete_async(**question)).choices[0].message.content)
    stage.show([each.data.choices[0].delta.content async for each in await client.chat.stream_async(**question)])


spans = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
MistralAiInstrumentor().instrument(tracer_provider=provider, skip_dep_check=True)
question = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Which river?"}]}
client = Mistral(api_key=stage.KEY)
stage.show(client.chat.complete(**question).choices[0].message.content)
stage.show([each.data.choices[0].delta.content for each in client.chat.stream(**question)])
stage.show(len(client.embeddings.create(model="mistral-embed", inputs=["a"]).data))
asyncio.run(main())
for span in spans.get_finished_spans():  # the role of a streamed answer, which no chunk has, is UNSET there
    stage.show([span.name, {name: value for name, value in span.attributes.items() if "role" not in name}])
