# /// script
# dependencies = ["traceai-mistralai==0.1.8", "mistralai<2", "opentelemetry-sdk"]
# [tool.beside]
# install = true
# ///
import stage
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from traceai_mistralai import MistralAIInstrumentor

from mistralai import Mistral

spans = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
MistralAIInstrumentor().instrument(tracer_provider=provider, skip_dep_check=True)
question = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Which river?"}]}
client = Mistral(api_key=stage.KEY)
stage.show(client.chat.complete(**question).choices[0].message.content)
stage.show([each.name for each in spans.get_finished_spans()])
