"""The connections of a client at one moment, for whoever watches a service."""

from __future__ import annotations

import msgspec


class ConnectionStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """The connections of a client, in all event loops of the process.

    Attributes:
        open: Connections that exist now.
        idle: Those of them that no call uses.
        in_use: The others.
        waiting: Calls that wait for one, since `max_connections` are in use.
        opened: Connections that were ever opened.
        reused: Requests that went over a connection that was there already.
    """

    open: int = 0
    idle: int = 0
    in_use: int = 0
    waiting: int = 0
    opened: int = 0
    reused: int = 0
