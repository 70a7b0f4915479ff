"""Connections that are open before the first call."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mistral_async._codec.counts import check_count, plain_number
from mistral_async._engine.call_state import cause_of
from mistral_async._http.protocol import SettingError, Timeouts, WireError
from mistral_async.errors import APIConnectError, APIConnectionError, APITimeoutError, ConfigurationError

if TYPE_CHECKING:
    from mistral_async._engine.engine import Engine


async def warm(engine: Engine, count: int) -> int:
    """Open connections until there are `count` to each server of the client; return how many there are."""
    count = plain_number(count)
    check_count("n", count)
    timeout = engine.options.timeout
    deadline = None if timeout.total is None else time.monotonic() + timeout.total
    try:
        limits = Timeouts(timeout.connect, timeout.write, timeout.read, deadline)
        return sum([await network.current().warm(count, limits) for network in engine.state.networks])
    except WireError as failure:
        raise _error_of(failure) from cause_of(failure)
    except SettingError as problem:
        raise ConfigurationError(str(problem)) from problem.__cause__


def _error_of(failure: WireError) -> APIConnectionError:
    error = APITimeoutError(str(failure)) if failure.timeout else APIConnectError(str(failure))
    error.phase, error.may_have_executed = failure.phase.value, False
    return error
