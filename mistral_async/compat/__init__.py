"""The official SDK's spellings: change the import, and the program runs.

`from mistral_async.compat import Mistral` gives one object with both faces (`complete` blocks, `complete_async` is
awaited), per-call `retries`, `server_url`, `timeout_ms` and `http_headers`, events with `.data`, and pages as answers.
Nothing else of the package knows these spellings.
"""

from __future__ import annotations

from mistral_async.compat._client import Mistral
from mistral_async.errors import HTTPValidationError, MistralError, SDKError

__all__ = ["HTTPValidationError", "Mistral", "MistralError", "SDKError"]
