"""Turns: work that takes long stops now and then, so that every other task of the event loop goes on."""

from __future__ import annotations

from typing import Final

TURN: Final = 0.005  # seconds that work may take before others get their turn


async def pause() -> None:
    """Let all others go on: on asyncio those whose timers are due need a timer before them, on trio another turn."""
    import anyio.lowlevel

    await anyio.sleep(1e-6)
    await anyio.lowlevel.checkpoint()
