"""From a request to its reply: key, body, script, route, validation, rate limit, handler, effects. No I/O."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import parse_qs

import msgspec

from mistral_async.testing._call import FakeCall
from mistral_async.testing._clouds import CloudRoute, find_cloud
from mistral_async.testing._errors import (
    FakeAPIError,
    ValidationDetail,
    api_error,
    in_form_of,
    invalid_key,
    invalid_request,
    missing_key,
    no_route,
    rate_limited,
    standard_error,
)
from mistral_async.testing._handlers.models import DEPRECATED, serves
from mistral_async.testing._json import JSONObject
from mistral_async.testing._limits import FakeLimiter
from mistral_async.testing._reply import Reply, refusal_reply
from mistral_async.testing._request import Request
from mistral_async.testing._route import Route, Router
from mistral_async.testing._scripts import Scripts
from mistral_async.testing._state import ServerState
from mistral_async.testing._validation import validate

_RETRYING = {"chat.complete", "agents.complete", "fim.complete", "audio.transcriptions.complete"}
_FORM = "application/x-www-form-urlencoded"


class Dispatcher:
    """The path from a request to its reply."""

    def __init__(
        self,
        router: Router,
        state: ServerState,
        scripts: Scripts,
        limiters: Mapping[str | None, FakeLimiter],
        *,
        strict: bool,
    ) -> None:
        self._state = state
        self._scripts = scripts
        self._limiters = limiters
        self.refused: dict[str, int] = {}
        """The keys that are refused, with the status."""
        self._strict = strict
        self._router = router
        self.unexpected: list[Request] = []

    def locate(self, request: Request) -> None:
        """Find the route of a request whose body has not been read yet."""
        request.request_id = self._state.ids.uuid7()
        if found := self._router.find(request.method, request.path):
            request.route, request.params = found
        elif (cloud := find_cloud(request.method, request.path)) is not None:
            request.cloud = cloud
            request.route, request.params = self._router.find("POST", cloud.route) or (None, ())

    async def reply(self, request: Request) -> Reply:
        """Return the reply to a request whose body has been read."""
        try:
            return await self._reply(request)
        except FakeAPIError as error:
            return refusal_reply(in_form_of(request.path, error))

    async def _reply(self, request: Request) -> Reply:
        route = request.route
        limiter = self._limiter_of(request, route)
        body, problem = self._body(request)
        if request.cloud is not None and isinstance(body, dict):
            route, body = self._enter_cloud(request, request.cloud, cast("JSONObject", body))
        if route is not None:
            streamed = route.stream and isinstance(body, dict) and cast("Any", body).get("stream") in (True, "true")
            request.operation = route.stream if streamed else route.name
        if (reply := self._scripts.reply(request)) is not None:
            self._record_effect(request, None, reply)
            return reply
        if self._strict:
            self.unexpected.append(request)
            raise api_error(HTTPStatus.NOT_IMPLEMENTED, f"No reply was scripted for {request!r}", "unexpected_request")
        if route is None:
            raise no_route(request.request_id)
        if problem is not None and route.method != "ANY":
            raise invalid_request([problem])
        if problem is not None:  # what is passed on may be any bytes
            body = request.body.decode("latin-1")
        if details := validate(route.body, body):
            raise invalid_request(details)
        return await self._perform(request, route, body, limiter)

    async def _perform(self, request: Request, route: Route, body: Any, limiter: FakeLimiter) -> Reply:
        model = _model_of(body)
        now = self._state.clock.now()
        if (headers := limiter.refusal(model, route.limits, now)) is not None:
            raise rate_limited(headers)
        if route.before is not None:
            await route.before(self._state)
        call = FakeCall(
            self._state,
            request.operation or route.name,
            params=request.params,
            body=body,
            files={part.name: part for part in request.form.parts} if request.form else None,
            query=request.query if request.query_string else None,
            headers=request.headers,
        )
        reply = route.handler(call)
        limiter.charge(model, route.limits, reply.costs, now)
        reply.headers.update(self._response_headers(route, model, reply, now, limiter))
        self._record_effect(request, model, reply)
        return reply

    def _response_headers(
        self, route: Route, model: str, reply: Reply, now: float, limiter: FakeLimiter
    ) -> dict[str, str]:
        headers: dict[str, str] = {}
        if route.limits and (reply.events is None or limiter.in_streams):
            shown = (*route.shown, *(name for name in reply.costs if name not in ("tokens", "req")))
            # Responses without request limits (conversations) have no token costs either.
            costs = {name: cost for name, cost in reply.costs.items() if name != "tokens" or "req" in route.shown}
            headers = limiter.headers(model, shown, costs, now)
        if route.name in _RETRYING:
            headers["x-max-retry-attempts-reached"] = "false"
        if (date := DEPRECATED.get(model)) is not None:
            headers["x-model-deprecation-timestamp"] = date[0]
        return headers

    def _limiter_of(self, request: Request, route: Route | None) -> FakeLimiter:
        """Return the limits of a request's key; raises the error for a key that is not taken."""
        first = next(iter(self._limiters))
        if first is None or (route is not None and route.public):
            return self._limiters[first]
        cloud = request.cloud
        bearer = request.headers.get("authorization")
        key = request.headers.get("x-api-key" if cloud is None else cloud.key_header)
        if bearer is None and key is None and cloud is None:
            raise missing_key(request.request_id)
        keys = (*self._limiters, *self._state.keys, *(self._secrets() if route is not None and route.realtime else ()))
        found = next((each for each in keys if key == each or bearer == f"Bearer {each}"), None)
        if found is None:
            raise invalid_key() if cloud is None else cloud.unauthorized()
        if (status := self.refused.get(found)) is not None:
            raise standard_error(status)
        return self._limiters.get(found, self._limiters[first])

    def _enter_cloud(self, request: Request, cloud: CloudRoute, body: JSONObject) -> tuple[Route | None, JSONObject]:
        """Return the route that a request to a cloud leads to, and its body as the API would have it."""
        cloud.check(request.query)
        cloud = cloud.with_body(body)
        if (found := self._router.find("POST", cloud.route)) is not None:
            request.route = found[0]
        served, ability = cloud.served
        if isinstance(name := body.get("model"), str):
            body = {**body, "model": name if serves(self._state, name, ability) else served}
        if cloud.method == "streamRawPredict":
            body = {**body, "stream": True}
        return request.route, body

    def _secrets(self) -> list[str]:
        """Return the secrets of realtime sessions that have not ended."""
        now = self._state.calendar.now()
        return [secret for secret, until in self._state.secrets.items() if now < until]

    def _record_effect(self, request: Request, model: str | None, reply: Reply) -> None:
        if reply.session is None and reply.status < HTTPStatus.BAD_REQUEST:  # a session is charged at its end
            name = request.operation or request.path
            tokens = reply.costs.get("tokens", 0) or _scripted_tokens(reply)
            self._state.effects.record(
                name,
                time=self._state.clock.now(),
                model=model,
                tokens=tokens,
                completion_tokens=reply.completion_tokens,
                units=reply.costs,
            )

    def _body(self, request: Request) -> tuple[Any, ValidationDetail | None]:
        if request.form is not None:
            if not request.form.complete:
                return {}, ValidationDetail("value_error", ("body",), "There was an error parsing the body", None)
            fields: dict[str, list[str]] = {}
            for part in request.form.parts:
                if part.filename is None:
                    fields.setdefault(part.name, []).append(part.text)
            return _flatten(fields), None
        if request.headers.get("content-type", "").startswith(_FORM):
            return _flatten(parse_qs(request.body.decode(), keep_blank_values=True)), None
        if not request.body:
            return {}, None
        try:
            return msgspec.json.decode(request.body), None
        except msgspec.DecodeError:
            return _decode_leniently(request.body)


def _decode_leniently(body: bytes) -> tuple[Any, ValidationDetail | None]:
    # json accepts what msgspec rejects, such as lone surrogates, and names the position of an error.
    try:
        return json.loads(body), None
    except ValueError as error:
        position = error.pos if isinstance(error, json.JSONDecodeError) else 0
        context = {"error": str(error).partition(":")[0]}
        return {}, ValidationDetail("json_invalid", ("body", position), "JSON decode error", {}, context)


def _flatten(fields: dict[str, list[str]]) -> JSONObject:
    # Lists come as repeated names, from older clients with brackets.
    return {name.removesuffix("[]"): values if len(values) > 1 else values[0] for name, values in fields.items()}


def _model_of(body: Any) -> str:
    if not isinstance(body, dict):
        return ""
    named = cast("JSONObject", body)
    return str(named.get("model") or named.get("agent_id") or "")


def _scripted_tokens(reply: Reply) -> int:
    if not reply.body.startswith(b"{") or b'"total_tokens"' not in reply.body:
        return 0
    try:
        return int(msgspec.json.decode(reply.body)["usage"]["total_tokens"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return 0
