import os

import httpx
from mistral_async.compat import Mistral, errors
from mistral_async.compat.types import UNSET
from mistral_async.compat.utils import BackoffStrategy, RetryConfig

with Mistral(api_key=os.getenv("MISTRAL_API_KEY", "")) as mistral:
    res = mistral.chat.complete(
        model="mistral-small-latest",
        messages=[{"role": "user", "content": "hi"}],
        temperature=UNSET,
        server_url=os.environ["FAKE_SERVER"],
        timeout_ms=5_000,
        http_headers={"x-team": "rivers"},
    )
    print(res.choices[0].message.content)
    try:
        mistral.models.list(retries=RetryConfig("none", BackoffStrategy(1, 1, 1, 1), retry_connection_errors=False))
    except errors.SDKError as error:
        print(error.status_code)
    try:
        mistral.models.list(timeout_ms=100)
    except httpx.TimeoutException:
        print("too late")
