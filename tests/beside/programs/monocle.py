# /// script
# dependencies = ["monocle-apptrace==0.8.15", "mistralai==1.9.9"]
# [tool.beside]
# install = true
# ///
import stage
from mistralai import Mistral
from monocle_apptrace.instrumentation.common.instrumentor import setup_monocle_telemetry
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

spans = InMemorySpanExporter()
setup_monocle_telemetry(workflow_name="rivers", span_processors=[SimpleSpanProcessor(spans)])
QUESTION = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Which river?"}]}
client = Mistral(api_key=stage.KEY)
stage.show(client.chat.complete(**QUESTION).choices[0].message.content)
stage.show([each.data.choices[0].delta.content for each in client.chat.stream(**QUESTION)])
stage.show(len(client.embeddings.create(model="mistral-embed", inputs=["a river"]).data[0].embedding))
for span in spans.get_finished_spans():
    shown = {name: value for name, value in span.attributes.items() if "entity" in name or "span" in name}
    events = [[event.name, dict(event.attributes)] for event in span.events]
    stage.show([span.name, {name: value for name, value in shown.items() if "source" not in name}, events])
