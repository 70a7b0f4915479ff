"""Every error status with every kind of body: one error of ours, with all that the answer said."""

from __future__ import annotations

import json

import pytest

from mistral_async import RetryConfig, errors

DETAIL = [{"type": "enum", "loc": ["body", "tools", 0], "msg": "no such tool", "input": {}}]
BODIES = {
    "error": ({"object": "error", "message": "said", "type": "t", "param": "p", "code": "1"}, ("said", "t", "1", "p")),
    "error in error": ({"error": {"message": "said", "type": "t", "code": 1, "param": None}}, ("said", "t", "1", None)),
    "message": ({"message": "said", "request_id": "id-2"}, ("said", None, None, None)),
    "detail": ({"detail": "said"}, ("said", None, None, None)),
    "list of details": ({"detail": DETAIL}, ("no such tool", None, None, None)),
    "message of details": (
        {"object": "error", "message": {"detail": DETAIL}, "type": "t", "code": None, "param": None},
        ("no such tool", "t", None, None),
    ),
    "page": (b"<html><title>520: Web server is returning an unknown error</title></html>", ("", None, None, None)),
    "nothing": (b"", ("", None, None, None)),
    "not UTF-8": (b'{"message": "\xff"}', ("", None, None, None)),
}
CLASSES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    402: "PaymentRequiredError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    408: "RequestTimeoutError",
    409: "ConflictError",
    413: "RequestTooLargeError",
    422: "UnprocessableEntityError",
    429: "RateLimitError",
}


@pytest.mark.parametrize("body", BODIES)
async def test_every_status_with_a_body_of(start, connect, tools, stream, tls, body):
    """All on one connection, which an error status does not cost."""
    content, said = BODIES[body]
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    statuses = [*(status for status in range(400, 600) if status != 429), 429]  # after which everybody waits
    next_status = iter(statuses)

    def refuse(peer, request):
        line = f"{next(next_status)} Refused"
        peer.send(tools.answer(request, data, "retry-after: 7", status=line, media="application/json"))
        return True

    server = start(refuse, tls=tls)
    client = connect(server, retries=RetryConfig(retries=0))
    watch = tools.watch(client)
    for status in statuses:
        error = await tools.perform(client, stream)
        wanted = CLASSES.get(status, "ServerError" if status >= 500 else "APIStatusError")
        assert type(error) is getattr(errors, wanted), (status, error)
        assert (error.status, error.body, error.retry_after) == (status, data, 7)
        assert said[0] in error.message
        assert (error.type, error.code, error.param) == said[1:]
        assert error.request_id == "id-1"
        assert str(status) in str(error)
        assert error.headers["retry-after"] == "7"
        assert tools.key not in repr(error)
        assert error.may_have_executed is (status >= 500)
        assert [attempt.status for attempt in error.attempts] == [status]
    assert server.accepted == 1
    await watch.check(server)
    await watch.close(server)
