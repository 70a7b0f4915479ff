# /// script
# dependencies = ["mlflow-skinny==3.17.2", "mistralai>=2,<3"]
# ///
import os

os.environ |= {
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "MLFLOW_ENABLE_ASYNC_TRACE_LOGGING": "false",
    "MLFLOW_TRACKING_URI": "file:./mlruns",
}
import mlflow
import stage
from mistralai.client import Mistral
from mlflow.entities import SpanType

assert SpanType
mlflow.mistral.autolog()
answer = Mistral(api_key=stage.KEY).chat.complete(
    model="mistral-small-latest", messages=[{"role": "user", "content": "Which river?"}], temperature=0.2
)
stage.show(answer.choices[0].message.content)
[span] = mlflow.get_trace(mlflow.get_last_active_trace_id()).data.spans
stage.show([span.name, span.span_type, sorted(span.inputs), span.outputs, span.get_attribute("mlflow.chat.tokenUsage")])
