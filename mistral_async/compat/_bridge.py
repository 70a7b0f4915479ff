"""The blocking side of an asynchronous client. Nothing else in `compat` touches the inside of a client.

`Mistral` and `SyncMistral` are two clients with limits and connections of their own; the official client is one object.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable

from mistral_async import Mistral
from mistral_async._binding.resource import Sync
from mistral_async._binding.sync_executor import SyncExecutor
from mistral_async._client.resources import Resources
from mistral_async._http.network import Network


def blocking_resources(client: Mistral) -> Resources[Sync]:
    """Return the endpoints of a client in their blocking form; limits and settings are shared."""
    return Resources[Sync](_sync_executor(client))


def close_blocking(client: Mistral) -> None:
    """Close the connections of a client from code that blocks."""
    _sync_executor(client).portal.run(client.aclose)


def retire(clients: Iterable[Mistral]) -> None:
    """Abort the connections of clients that make no more calls when nothing uses them: calls and streams go on."""
    for client in clients:
        state = client._executor.engine.state  # noqa: SLF001 - see `abandon`
        weakref.finalize(state, _abandon, [*state.networks]).atexit = False


def abandon(clients: Iterable[Mistral]) -> None:
    """Abort the connections of clients that were never closed, from any thread, without a `ResourceWarning`."""
    for client in clients:
        _abandon(client._executor.engine.state.networks)  # noqa: SLF001 - no public method does it


def _abandon(networks: Iterable[Network]) -> None:
    for network in networks:
        wires, network._wires = network._wires, {}  # noqa: SLF001 - a wire that stays in it would be warned of
        for wire in wires.values():
            wire.abort_threadsafe()


def _sync_executor(client: Mistral) -> SyncExecutor:
    return SyncExecutor(client._executor.engine, "asyncio")  # noqa: SLF001 - see above: one client, both forms
