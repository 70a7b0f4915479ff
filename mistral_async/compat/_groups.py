"""The groups of endpoints (`client.chat`): a class for each, with its methods in their two spellings.

The methods stand on the class, and a client makes each group once, so that mocks, wrappers and patches of either hold.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from mistral_async import calls
from mistral_async.compat._asking import ASKING, asynchronous, blocking
from mistral_async.compat._calls import ClientOwner, async_method, resolve, sync_method
from mistral_async.compat._configuration import SDKConfiguration
from mistral_async.compat._names import GROUPS, class_name

_CLIENTS = frozenset({"http_client", "mcp_client"})
"""Methods that give clients of other packages there."""

MIGRATION_HINT = " (the migration guide lists what it leaves to the official SDK)"


class EndpointGroup:
    """A group of endpoints. It holds what has the connections and not the client, which holds it."""

    path: ClassVar[tuple[str, ...]] = ()
    made: ClassVar[Mapping[str, Callable[..., Any]]] = {}
    """The methods as they were made: who finds another one under a name finds a mock or a wrapper."""

    def __init__(self, owner: ClientOwner | SDKConfiguration, parent_ref: object = None) -> None:  # noqa: ARG002 - the official classes take it
        """Take what has the clients, or the settings of a client, as subclasses give them."""
        self._owner: ClientOwner = owner.owner if isinstance(owner, SDKConfiguration) else owner

    @property
    def sdk_configuration(self) -> Any:
        """The settings of the client."""
        return self._owner.sdk_configuration

    def is_replaced(self, path: str) -> bool:
        """Return whether a method was replaced, on its group or on the class; a path has the groups below this one."""
        name, _, rest = path.partition(".")
        if rest:
            group = getattr(self, name)
            return not isinstance(group, EndpointGroup) or group.is_replaced(rest)
        return name in vars(self) or getattr(type(self), name) is not self.made[name]

    def sibling(self, name: str) -> EndpointGroup:
        """Return another group of those that this one is among."""
        return group_class((*self.path[:-1], name))(self._owner)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            raise AttributeError(f"mistral_async has no `client.{'.'.join((*self.path, name))}`{MIGRATION_HINT}")


@functools.cache
def group_class(path: tuple[str, ...]) -> type[EndpointGroup]:
    """Return the class of a group of endpoints, which the official SDK has a name for: `chat.Chat`."""
    native = cast("Any", type(resolve(calls, path)))
    members = {name: getattr(native, name) for name in dir(native) if not name.startswith("_") and name not in _CLIENTS}
    endpoints = {name: found for name, found in members.items() if callable(found)}
    groups = {name: _subgroup((*path, name)) for name in members.keys() - endpoints.keys()}
    made: dict[str, Callable[..., Any]] = {}
    for name, endpoint in endpoints.items():
        made[name] = sync_method((*path, name), endpoint)
        made[f"{name}_async"] = async_method((*path, name), endpoint)
    for name, asking in ASKING.get(path, {}).items():
        made[name] = blocking(made[name], asking)
        made[f"{name}_async"] = asynchronous(made[f"{name}_async"], asking)
    made |= _OWN_METHODS.get(path, dict)()
    body = {"__doc__": f"The endpoints of `client.{'.'.join(path)}`.", "path": path, "made": made}
    cls = type(class_name(path), (EndpointGroup,), {**made, **groups, **body})
    for each, group in groups.items():
        group.__set_name__(cls, each)
    return cls


def group_class_at(path: str) -> type[EndpointGroup] | None:
    """Return the class of the groups at a path (`beta.agents`) of the official client, or None."""
    first, *rest = path.split(".")
    own = (*GROUPS.get(first, (first,)), *rest)
    try:
        resolve(calls, own)
    except AttributeError:
        return None
    return group_class(own)


def _subgroup(path: tuple[str, ...]) -> functools.cached_property[Any]:
    def read(self: EndpointGroup) -> Any:
        own = _OWN_GROUPS.get(path)
        return group_class(path)(self._owner) if own is None else own()(self._owner)

    return functools.cached_property(read)


def _running_methods() -> dict[str, Callable[..., Any]]:
    from mistral_async.compat.extra.run import _loop

    return {"run_async": _loop.run_async, "run_stream_async": _loop.run_stream_async}


def _connector_clients() -> dict[str, Callable[..., Any]]:
    def of(name: str) -> Callable[..., Any]:
        def method(self: EndpointGroup, connector_id_or_name: str, *, credentials_name: str | None = None) -> Any:
            from mistral_async.compat.extra import connectors_gateway

            make = getattr(connectors_gateway, name)
            known = {"connector_id_or_name": connector_id_or_name, "credentials_name": credentials_name}
            return make(self.sdk_configuration, **known)

        method.__name__, method.__doc__ = name, "Return a client of what is behind the gateway of a connector."
        return method

    return {name: of(name) for name in _CLIENTS}


def _realtime() -> Callable[[ClientOwner], Any]:
    from mistral_async.compat.extra.realtime.transcription import RealtimeTranscription

    return RealtimeTranscription


def _realtime_speech() -> Callable[[ClientOwner], Any]:
    from mistral_async.compat.extra.realtime.speech import RealtimeSpeech

    return RealtimeSpeech


_OWN_GROUPS: dict[tuple[str, ...], Callable[[], Callable[[ClientOwner], Any]]] = {
    ("audio", "realtime"): _realtime,
    ("audio", "realtime_speech"): _realtime_speech,
}
_OWN_METHODS: dict[tuple[str, ...], Callable[[], dict[str, Callable[..., Any]]]] = {
    ("beta", "conversations"): _running_methods,
    ("beta", "connectors"): _connector_clients,
}
