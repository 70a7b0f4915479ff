"""What a task of a block may end with: kept for whoever uses the block.

asyncio lets an exit or interrupt, raised by a function of the user, out of a task and then out of its event loop, which
works for others too; a task group of trio wraps it.
"""

from __future__ import annotations

from typing import Final

ENDS_PROCESS: Final = (SystemExit, KeyboardInterrupt)
FAILURES: Final = (Exception, *ENDS_PROCESS)
"""All but a cancellation."""
