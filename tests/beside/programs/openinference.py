# /// script
# dependencies = ["openinference-instrumentation-mistralai[instruments]==2.2.2", "opentelemetry-sdk"]
# [tool.beside]
# install = true
# ///
import json

import stage
from openinference.instrumentation.mistralai import MistralAIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from mistralai.client import Mistral

spans = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
MistralAIInstrumentor().instrument(tracer_provider=provider)
question = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Which river?"}]}
with Mistral(api_key=stage.KEY) as client:
    stage.show(client.chat.complete(**question).choices[0].message.content)
    stage.show([each.data.choices[0].delta.content for each in client.chat.stream(**question)])
for span in spans.get_finished_spans():
    shown = {name: value for name, value in span.attributes.items() if "value" not in name}
    options = json.loads(shown.pop("llm.invocation_parameters"))  # with the SDK also those that were not given, as ""
    stage.show([shown, {name: value for name, value in options.items() if value not in ("", False)}])
