"""One target under libFuzzer, which ends the process: `__main__` starts it."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["mistral_async", "httpx_sse"]):
    from targets import TARGETS

check, _ = TARGETS[sys.argv.pop(1)]
atheris.Setup(sys.argv, check)
atheris.Fuzz()
