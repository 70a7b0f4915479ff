"""Files that appear whole or not at all: written under names of their own, put in their place when complete."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self
from uuid import uuid4

# Rule 1: What is written goes to a part file beside the target. When it is complete and on the disk (fsync), it takes
#   the target's place in one step.
# Rule 2: Whatever comes before that (a full disk, when it is closed too) removes the part file, and leaves the target.
# Rule 3: The target keeps its permissions; a private file is its owner's alone from the start. A link stays a link:
#   the file that it names is replaced.
# Rule 4: A device or pipe (/dev/stdout) is written to as it is, and never replaced. A folder is refused at once.


_LONG_NAME: Final = 220  # bytes, of the 255 that most file systems allow
_SHORT_NAME: Final = 40  # characters


class WholeFile:
    """A file to write, in a block: `finish` puts it in its place, else nothing is left. Its methods block."""

    file: IO[bytes]
    """The open file, from `open` on."""

    def __init__(self, path: str | os.PathLike[str], *, private: bool = False, mark: str | None = None) -> None:
        self._path = os.path.abspath(path)  # noqa: PTH100 - a relative path means the directory of now
        self._private = private
        self._mark = mark or uuid4().hex[:8]
        self._part: Path | None = None  # none for a stream
        self._is_open = False

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.discard()

    def open(self, mode: str = "xb") -> IO[bytes]:
        """Open the part file, in a mode of `open`."""
        target, path = Path(os.path.realpath(self._path)), self._path
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder: name a file in it", self._path)
        if is_stream(path):
            mode = "wb"
        else:
            name = target.name if len(os.fsencode(target.name)) < _LONG_NAME else target.name[:_SHORT_NAME]
            self._target, self._part = target, target.with_name(f".{name}.{self._mark}.part")
            path = str(self._part)
        self.file = open(path, mode, opener=open_private if self._private else None)  # noqa: SIM115 - `discard` closes it
        self._is_open = True
        return self.file

    def finish(self) -> None:
        """Put it in its place (rule 1)."""
        self.file.flush()
        if self._part is None:
            self.file.close()
        else:
            os.fsync(self.file.fileno())
            if not self._private:
                self._take_permissions(self._part)
            if os.name == "nt":  # where an open file can not be replaced
                self.file.close()
            self._part.replace(self._target)  # with its lock, else another download would go on with it
            self.file.close()
        self._is_open = False

    def discard(self, *, keep: bool = False) -> None:
        """Close it unless it is in its place; remove it (rule 2), or `keep` it to be continued."""
        if not self._is_open:
            return
        self._is_open = False
        with suppress(OSError):  # what is still in its buffer may have no room either
            self.file.close()
        if self._part is not None and not keep:
            with suppress(OSError):
                self._part.unlink()

    def _take_permissions(self, part: Path) -> None:
        with suppress(OSError):  # there is no file to replace, or the file system has no permissions
            part.chmod(stat.S_IMODE(self._target.stat().st_mode))


def open_private(path: str, flags: int) -> int:
    """Open a file that, where it is made, its owner alone may read: an opener for `open`."""
    return os.open(path, flags, 0o600)


def is_stream(path: str) -> bool:
    """Return whether a path is there and neither a regular file nor a folder."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - a str may hold any path
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)
