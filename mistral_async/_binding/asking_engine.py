"""The engine of a job of a client some of whose methods are replaced: it asks these, and sends nothing for them."""

from __future__ import annotations

from typing import Any, TypeVar

from mistral_async._binding.asked import arguments_of, ask_async, called
from mistral_async._binding.replaced import Register, Replacement
from mistral_async._binding.replaced_results import ReplacedDownload, ReplacedItems
from mistral_async._engine.client_state import ClientState
from mistral_async._engine.engine import Engine
from mistral_async._engine.options import Options
from mistral_async._engine.request import Call, Download, Pages, Request
from mistral_async._engine.response import Response

# A request names the method that described it, and the one that this one asks. The first of them that is
# replaced answers; the answer of the second is read as the API's.

T = TypeVar("T")


class AskingEngine(Engine):
    """Performs requests whose methods are not replaced, and asks for the others."""

    def __init__(self, state: ClientState, options: Options, public: Register) -> None:
        super().__init__(state, options)
        self._public = public
        self._performer = Engine(state, options)
        self._register: Register = public.over(self._performer)

    def over(self, options: Options) -> Engine:
        """Return an engine with other options that asks the same methods."""
        return AskingEngine(self.state, options, self._public)

    def find(self, request: Request) -> Replacement | None:
        """Return what answers a request in place of the API."""
        return next(filter(None, map(self._register.find_any, request.described_by)), None)

    async def call(self, request: Call[T]) -> T:
        """Perform a request, or ask, and return the answer."""
        return (await self.respond(request)).data

    async def respond(self, request: Call[T]) -> Response[T]:
        """Perform a request, or ask; what was asked comes as the `Response` of an answer that was not sent."""
        found = self.find(request)
        if found is None:
            return await super().respond(request)
        if found.name == request.described_by[0]:
            answer = called(found, self._performer, *arguments_of(found, request), wants_response=True)
        else:
            answer = ask_async(found, self._performer, request, wants_response=True)
        response: Response[T] = await answer
        return response

    def asked(self, request: Pages[Any, Any] | Download) -> ReplacedItems | ReplacedDownload | None:
        """Return what is asked for a list or for bytes; None where that is not replaced."""
        found = self.find(request)
        if found is None:
            return None
        kind = ReplacedItems if isinstance(request, Pages) else ReplacedDownload
        return kind(found, self._performer, *arguments_of(found, request))
