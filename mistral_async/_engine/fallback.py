"""Other models for a call that its own does not answer: which, and after which failures. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, TypeVar, cast

import msgspec

from mistral_async._engine.request import Request
from mistral_async.errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    CapacityError,
    ConfigurationError,
    MistralError,
    QuotaUnavailableError,
)
from mistral_async.models._fallback import Models

# Rule 1: A call falls back after the failures that are asked for, when its model has had the repetitions of the retry
# policy; earlier where these would wait for nothing: at a time limit, and at a model that was busy three times.
# Rule 2: It never does once an event of a stream has arrived, nor where the policy would not repeat it: what creates
# state and may have been executed is not sent to another model either.
# Rule 3: The deadline and the retry budget hold over all models. Going to the next costs none of the budget.
# Rule 4: Embeddings have no fallback: vectors of two models can not be compared. Nor has what belongs to a model or
# keeps it: classifiers, agents, conversations, jobs.

R = TypeVar("R", bound=Request)

Kind: TypeAlias = Literal["capacity", "rate_limit", "quota", "server_error", "timeout", "connection", "model"]
Kinds: TypeAlias = Collection[Kind | type[MistralError]]

DEFAULT_KINDS: Final[tuple[Kind, ...]] = ("capacity", "rate_limit", "quota", "server_error", "timeout", "model")
ROUTES: Final = frozenset(
    {"/v1/audio/speech", "/v1/chat/completions", "/v1/fim/completions", "/v1/ocr", "/v1/responses"}
)
_KINDS: Final = frozenset({*DEFAULT_KINDS, "connection"})
_REQUEST_TIMEOUT: Final = 408
_TOO_MANY: Final = 429
_SERVER_ERRORS: Final = 500  # the first status of these
_BUSY: Final = frozenset({"3505", "3810"})  # codes
_NO_MODEL: Final = frozenset({"1500", "1910"})  # codes: of that name, in the plan's tier
_ANSWERING: Final = frozenset({"read", "attempt", "idle"})  # phases in which the model has its turn
_OVER: Final = frozenset({"total", "pace", "key"})  # phases at whose end the call has no time left


class Fallback(msgspec.Struct, frozen=True):
    """The models of a view, by the model that is asked (None: any other), and the failures that lead to them."""

    models: Mapping[str | None, tuple[str, ...]]
    kinds: tuple[str | type[MistralError], ...] = DEFAULT_KINDS

    @classmethod
    def of(cls, models: Models, kinds: Kinds | str | None = None) -> Fallback:
        """Check what a user gave; raises `ConfigurationError`."""
        table: Any = models if isinstance(models, Mapping) else {None: models}
        return cls({model: _names(each) for model, each in table.items()}, _checked_kinds(kinds))

    def models_for(self, request: Request) -> list[str]:
        """Return the models to try after a request's own (rule 4)."""
        if request.route not in ROUTES or not isinstance(request.json, dict) or (model := request.model) is None:
            return []
        names = self.models.get(model) or self.models.get(None, ())
        return [name for name in dict.fromkeys(names) if name != model]

    def covers(self, error: MistralError) -> bool:
        """Return whether a failure is one of those asked for."""
        kind = kind_of(error)
        return any(each == kind if isinstance(each, str) else isinstance(error, each) for each in self.kinds)


def changed_fallback(known: Fallback | None, changes: dict[str, Any]) -> Fallback | None:
    """Return the fallback of a view by its `fallback` and `fallback_on`, which is taken out of its changes."""
    kinds, models = changes.pop("fallback_on", None), changes.get("fallback")
    if kinds is None and models is None:
        return None
    if models is not None:
        made = Fallback.of(models, kinds)
        return made if known is None or kinds is not None else msgspec.structs.replace(made, kinds=known.kinds)
    if known is None:
        raise ConfigurationError("fallback_on says when to fall back: say to which models with fallback=")
    return msgspec.structs.replace(known, kinds=_checked_kinds(kinds))


def with_fallback(request: R, models: Models) -> R:
    """Return a request with the models of its own; raises `ConfigurationError`."""
    Fallback.of(models)
    return request.replace(fallback=models)


def fallback_of(request: Request, known: Fallback | None) -> Fallback | None:
    """Return the fallback of a request: its own models, after the failures that the view names, or the view's."""
    return known if request.fallback is None else changed_fallback(known, {"fallback": request.fallback})


def kind_of(error: MistralError) -> Kind | None:
    """Return the kind of a failure; None where another model would not help."""
    if isinstance(error, APITimeoutError):
        return "timeout" if error.phase in _ANSWERING else None if error.phase in _OVER else "connection"
    if isinstance(error, APIConnectionError):
        return "connection"
    return _kind_of_answer(error) if isinstance(error, APIStatusError) else None


def _kind_of_answer(error: APIStatusError) -> Kind | None:
    if error.type == "invalid_model" or error.code in _NO_MODEL:
        return "model"
    if isinstance(error, CapacityError) or error.code in _BUSY:  # in an event of a stream too
        return "capacity"
    if isinstance(error, QuotaUnavailableError):
        return "quota"
    if error.status == _TOO_MANY:
        return "rate_limit"
    return "server_error" if error.status >= _SERVER_ERRORS or error.status == _REQUEST_TIMEOUT else None


def _names(given: object) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) else given
    if isinstance(names, (list, tuple)):
        found = tuple(each for each in cast("Sequence[object]", names) if isinstance(each, str) and each)
        if len(found) == len(cast("Sequence[object]", names)):
            return found
    raise ConfigurationError(f"fallback is a model, a list of models, or a dict of these by model, not {given!r}")


def _checked_kinds(given: Any) -> tuple[str | type[MistralError], ...]:
    if given is None:
        return DEFAULT_KINDS
    kinds: tuple[Any, ...] = (given,)
    if isinstance(given, Collection) and not isinstance(given, str):
        kinds = tuple(cast("Collection[Any]", given))
    for each in kinds:
        known = each in _KINDS if isinstance(each, str) else isinstance(each, type) and issubclass(each, MistralError)
        if not known:
            names = ", ".join(sorted(_KINDS))
            raise ConfigurationError(f"fallback_on has {names} and classes of MistralError, not {each!r}")
    return kinds
