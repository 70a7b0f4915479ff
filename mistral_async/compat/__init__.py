"""The official SDK's spellings: change the imports, and the program runs.

`mistralai` and `mistralai.client` are `mistral_async.compat`. `Mistral` has blocking and asynchronous methods
(`complete`, `complete_async`), per-call `retries`, `server_url`, `timeout_ms` and `http_headers`, events with `.data`,
and lists as their first page. Nothing else of the package knows these spellings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._version import __version__ as __version__
from mistral_async.compat import errors, httpclient, models, types, utils
from mistral_async.compat._client import Mistral
from mistral_async.compat._groups import group_class_at
from mistral_async.compat._official import install, names, start
from mistral_async.compat.errors import HTTPValidationError, MistralError, SDKError

__all__ = [
    "HTTPValidationError",
    "Mistral",
    "MistralError",
    "SDKError",
    "errors",
    "httpclient",
    "install",
    "models",
    "types",
    "utils",
]

VERSION = __version__

if TYPE_CHECKING:
    from mistral_async.models import *  # noqa: F403 - version 1 has its models here
else:
    __getattr__ = names(__name__)
    start(group_class_at)
