"""The interface of what encodes payloads inside requests, and decodes those inside answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias, TypeVar

from mistral_async._engine.request import Call, Request

R = TypeVar("R", bound=Request)
T = TypeVar("T")

ChangeBody: TypeAlias = Callable[[bytes], Awaitable[bytes]]
"""Encodes anew, or decodes, the payloads in a body, or in an event."""


class Caller(Protocol):
    """The engine, as far as an encoding needs it."""

    @property
    def state(self) -> object:
        """The state that the views of one client share: one object."""
        ...

    def without_extras(self) -> Caller:
        """Return one of the same client that adds nothing to bodies and queries."""
        ...

    async def call(self, request: Call[T]) -> T:
        """Perform a request and return its decoded answer."""
        ...


class Encoding(Protocol):
    """Encodes payloads in requests, and decodes those in answers."""

    async def encode_request(self, request: R, caller: Caller) -> R:
        """Return a request with its payloads encoded, or the same one where it has none."""
        ...

    def reencoder(self, request: Request) -> ChangeBody | None:
        """Return what encodes the body of an encoded request anew for a repeated attempt; None: it stays as it is."""
        ...

    def decoder(self, request: Request) -> ChangeBody | None:
        """Return what decodes the answer of a request, or each of its events; None where nothing is encoded."""
        ...
