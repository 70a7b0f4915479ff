"""The official SDK's spellings: change the imports, and the program runs.

`mistralai.client` is `mistral_async.compat`, and `mistralai.extra` is `mistral_async.compat.extra`. `Mistral` has both
faces (`complete` blocks, `complete_async` is awaited), per-call `retries`, `server_url`, `timeout_ms` and
`http_headers`, events with `.data`, and pages as answers. Nothing else of the package knows these spellings.
"""

from __future__ import annotations

from mistral_async.compat import errors, httpclient, models, types, utils
from mistral_async.compat._client import Mistral
from mistral_async.compat.errors import HTTPValidationError, MistralError, SDKError

__all__ = [
    "HTTPValidationError",
    "Mistral",
    "MistralError",
    "SDKError",
    "errors",
    "httpclient",
    "models",
    "types",
    "utils",
]
