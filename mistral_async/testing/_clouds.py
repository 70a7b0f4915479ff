"""The routes of clouds, which lead to operations of the API: of Azure AI and of Google's Vertex AI.

A cloud has its own check of keys, its own form of errors, and serves whatever model is deployed there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, Literal

import msgspec

from mistral_async.testing._errors import FakeAPIError
from mistral_async.testing._json import JSONObject

_CHAT: Final = "/v1/chat/completions"
_FIM: Final = "/v1/fim/completions"
_OCR: Final = "/v1/ocr"
_AZURE: Final = {"/models/chat/completions": _CHAT, "/providers/mistral/azure/ocr": _OCR}
_VERTEX: Final = re.compile(
    r"/v1/projects/[^/]+/locations/[^/]+/publishers/mistralai/models/([^/:]+):(rawPredict|streamRawPredict)"
)
_SERVED: Final = {
    _CHAT: ("mistral-large-2411", "completion_chat"),
    _FIM: ("codestral-2508", "completion_fim"),
    _OCR: ("mistral-ocr-2512", "ocr"),
}
"""The model behind a deployment whose name is none of the API's, and what it can do."""
_GOOGLE_CODES: Final = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}


class CloudRoute(msgspec.Struct, frozen=True):
    """A request to a cloud: the route of the operation that it leads to, and the method that Vertex's path names."""

    cloud: Literal["azure", "vertex"]
    route: str
    method: str = ""

    @property
    def key_header(self) -> str:
        """Return the header that may hold the key, besides `authorization`."""
        return "api-key" if self.cloud == "azure" else "x-goog-api-key"

    @property
    def served(self) -> tuple[str, str]:
        """Return the model behind deployments with names of their own, and what it can do."""
        return _SERVED[self.route]

    def check(self, query: Mapping[str, object]) -> None:
        """Refuse a request to Azure that names no version of its API."""
        if self.cloud == "azure" and "api-version" not in query:
            message = "The api-version query parameter (?api-version=) is required for all requests."
            raise self.error(HTTPStatus.BAD_REQUEST, message, "MissingApiVersionParameter")

    def with_body(self, body: JSONObject) -> CloudRoute:
        """Return where a body leads: on Vertex one route is that of chat and of FIM."""
        fim = self.cloud == "vertex" and "messages" not in body and "prompt" in body
        return CloudRoute(self.cloud, _FIM, self.method) if fim else self

    def unauthorized(self) -> FakeAPIError:
        """Return the refusal of a key."""
        if self.cloud == "azure":
            message = "Access denied due to invalid subscription key or wrong API endpoint."
            return self.error(HTTPStatus.UNAUTHORIZED, message, "401")
        message = "Request had invalid authentication credentials. Expected OAuth 2 access token."
        return self.error(HTTPStatus.UNAUTHORIZED, message)

    def error(self, status: int, message: str, code: str = "") -> FakeAPIError:
        """Return an error in the cloud's own form."""
        if self.cloud == "azure":
            return FakeAPIError(status, msgspec.json.encode({"error": {"code": code, "message": message}}))
        error = {"code": status, "message": message, "status": _GOOGLE_CODES.get(status, "UNKNOWN")}
        return FakeAPIError(status, msgspec.json.encode({"error": error}))


def find_cloud(method: str, path: str) -> CloudRoute | None:
    """Return where a request to a cloud leads; None where it is none."""
    if method != "POST":
        return None
    if (route := _AZURE.get(path)) is not None:
        return CloudRoute("azure", route)
    found = _VERTEX.fullmatch(path)
    return CloudRoute("vertex", _CHAT, found[2]) if found else None
