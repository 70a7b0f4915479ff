"""The end of a call in another thread, which comes once (the rules of `outcome`)."""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from concurrent.futures import CancelledError

import pytest

from mistral_async._binding.outcome import Outcome


@pytest.mark.parametrize(
    ("first", "ended"),
    [
        (lambda outcome: outcome.set(1), 1),
        (lambda outcome: outcome.fail(KeyError("no")), KeyError),
        (lambda outcome: outcome.cancel(), CancelledError),
    ],
    ids=["a value", "a failure", "a cancellation"],
)
def test_rule_1_the_first_end_counts(first, ended):
    outcome = Outcome[int]()
    assert not outcome.done
    assert first(outcome)
    assert outcome.done
    assert [outcome.set(2), outcome.fail(ValueError()), outcome.cancel()] == [False] * 3
    if ended == 1:
        assert (outcome.wait(), outcome.failure) == (1, None)
    else:
        with pytest.raises(ended):
            outcome.wait()
        assert isinstance(outcome.failure, ended)


class HandlerError(BaseException):  # no handler of `Exception` may stop it
    """What a signal handler raises."""


@pytest.mark.parametrize("place", range(40))
def test_rule_2_an_interrupt_anywhere_leaves_nothing_locked(place):
    measured = sys.gettrace()  # by whoever measures coverage
    outcome, threads = Outcome[int](), [threading.Thread(target=lambda: outcome.set(1), daemon=True)]
    left = place

    def trace(frame, event, arg):
        nonlocal left
        frame.f_trace_opcodes = True
        if event == "opcode":
            left -= 1
            if left < 0:
                sys.settrace(None)
                raise HandlerError
        return trace

    threads[0].start()
    threads[0].join()
    try:
        sys.settrace(trace)
        outcome.wait()
    except HandlerError:
        pass
    finally:
        sys.settrace(measured)
    other = threading.Thread(target=outcome.cancel, daemon=True)
    other.start()
    other.join(5)
    assert not other.is_alive()


def test_a_failure_is_freed_with_its_call():
    class Value:
        pass

    def call():
        value, outcome = Value(), Outcome[None]()
        outcome.fail(KeyError(value))
        try:
            outcome.wait()
        except KeyError:
            del outcome
        return weakref.ref(value)

    gc.collect()
    gc.disable()
    try:
        assert call()() is None
    finally:
        gc.enable()
