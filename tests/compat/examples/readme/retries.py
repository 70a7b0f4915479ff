import os

from mistral_async.compat import Mistral
from mistral_async.compat.utils import BackoffStrategy, RetryConfig

patient = RetryConfig("backoff", BackoffStrategy(1, 50, 1.1, 10_000), False)  # noqa: FBT003 - as over there

with Mistral(api_key=os.getenv("MISTRAL_API_KEY", "")) as mistral:
    print(len(mistral.models.list(retries=patient).data) > 0)

with Mistral(retry_config=patient, api_key=os.getenv("MISTRAL_API_KEY", "")) as mistral:
    print(len(mistral.models.list().data) > 0)
