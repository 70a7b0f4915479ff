"""What stands between a client and the models: where requests go, and what they are sent with there."""

from __future__ import annotations

from collections.abc import Mapping

from mistral_async._engine.request import Request
from mistral_async.errors import UnsupportedOperationError

# Rule 1: A gateway sees every request once, before it is encoded, with the `extra_body` of the call in its JSON, and
#         returns what is sent in its place. It does no I/O, and what it raises comes out of the call: nothing has been
#         sent.
# Rule 2: Limits, hooks, logs and errors go on with the request that was described: its route, and its model.
# Rule 3: Without a gateway there is none of this: a client of the API itself pays one test.


class Gateway:
    """The way to the models where they are not at the API's own address: `Mistral(gateway=...)`.

    A subclass overrides what is different there. One object serves all event loops and threads of its clients, and is
    pickled with them.
    """

    name: str = "this gateway"
    """Its name in errors."""
    server_url: str | None = None
    """Its address, where the client is given none."""
    key_variable: str | None = "MISTRAL_API_KEY"
    """The variable of the environment that has the key where the client is given none; None: it has to be given."""

    def rewrite(self, request: Request) -> Request:
        """Return the request to send: another path, query, body, model. It is not to be changed: see `Request.replace`.

        Raises:
            UnsupportedOperationError: There is no such thing here: `raise self.unsupported(request)`.
        """
        return request

    def key_headers(self, key: str) -> Mapping[str, str]:
        """Return the headers that hold the key."""
        return {"authorization": f"Bearer {key}"}

    def unsupported(self, request: Request, advice: str = "") -> UnsupportedOperationError:
        """Return the error of an operation that there is not; `advice` says what to do."""
        operation = f"{request.method} {request.route}"
        error = UnsupportedOperationError(f"{self.name} has no {operation}; nothing was sent{advice and f': {advice}'}")
        error.operation, error.gateway = operation, self.name
        return error
