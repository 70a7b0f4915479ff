"""The official SDK's spellings: change the imports, and the program runs.

`mistralai` and `mistralai.client` are `mistral_async.compat`. `Mistral` has blocking and asynchronous methods
(`complete`, `complete_async`), per-call `retries`, `server_url`, `timeout_ms` and `http_headers`, events with `.data`,
and lists as their first page. Nothing else of the package knows these spellings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async.compat import errors as errors
from mistral_async.compat import httpclient as httpclient
from mistral_async.compat import models as models
from mistral_async.compat import types as types
from mistral_async.compat import utils as utils
from mistral_async.compat._client import Mistral as Mistral
from mistral_async.compat._distribution import VERSION as VERSION
from mistral_async.compat._groups import group_class_at
from mistral_async.compat._official import install as install
from mistral_async.compat._official import names, start
from mistral_async.compat.errors import HTTPValidationError as HTTPValidationError
from mistral_async.compat.errors import MistralError as MistralError
from mistral_async.compat.errors import SDKError as SDKError

__version__ = VERSION

if TYPE_CHECKING:
    from mistral_async.compat.models import *  # noqa: F403 - version 1 has its models here
else:  # what it names is all that type checkers would let pass
    _OWN = [
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
    __getattr__ = names(__name__)
    start(group_class_at)
