"""The official SDK's spellings: change the imports, and the program runs.

`mistralai.client` is `mistral_async.compat`, and `mistralai.extra` is `mistral_async.compat.extra`. `Mistral` has
blocking and asynchronous methods (`complete`, `complete_async`), per-call `retries`, `server_url`, `timeout_ms` and
`http_headers`, events with `.data`, and lists as their first page. Nothing else of the package knows these spellings.
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
