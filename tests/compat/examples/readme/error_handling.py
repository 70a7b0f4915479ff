import os

import httpx
from mistral_async.compat import Mistral, errors
from mistral_async.compat.utils import BackoffStrategy, RetryConfig

with Mistral(api_key=os.getenv("MISTRAL_API_KEY", "")) as mistral:
    try:
        mistral.chat.complete(model="no-such-model", messages=[{"role": "user", "content": "hi"}])
    except errors.MistralError as e:
        print(e.status_code, "no-such-model" in e.message, "Invalid model" in e.body)
        print(e.headers["content-type"], e.raw_response.json()["type"], isinstance(e, errors.SDKError))

    try:
        mistral.beta.conversations.start(inputs="hi", model="mistral-small-latest", completion_args={"top_p": "high"})
    except errors.MistralError as e:
        print(e.status_code)
        if isinstance(e, errors.HTTPValidationError):
            print(e.data.detail[0].loc, bool(e.data.detail[0].msg))

    try:
        mistral.models.list(
            server_url="http://127.0.0.1:1",
            retries=RetryConfig("none", BackoffStrategy(1, 1, 1, 1), retry_connection_errors=False),
        )
    except httpx.ConnectError as e:
        print("no connection", isinstance(e, errors.MistralError))
