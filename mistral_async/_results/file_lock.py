"""Locks of files, which end with the process that holds them."""

from __future__ import annotations

import errno
import os
from typing import IO, Any, Final

_TAKEN: Final = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK})  # the last two on Windows


def try_lock(file: IO[bytes]) -> bool:
    """Lock a file until it is closed; return False where another process or open file has it.

    Raises an OSError where files can not be locked: not every file system knows locks.
    """
    try:
        _lock(file)
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        raise
    return True


def is_in_place(file: IO[bytes]) -> bool:
    """Return whether its path still names the open file: who had the lock before may have removed or replaced it."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(file.name))  # noqa: PTH116 - a str may hold any path
    except OSError:
        return False


def _lock(file: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        windows: Any = msvcrt
        windows.locking(file.fileno(), windows.LK_NBLCK, 1)
        return
    import fcntl

    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
