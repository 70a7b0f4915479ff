"""The folder for what the command line keeps for a user: templates and the log.

It is where platformdirs has `user_data_dir`: https://platformdirs.readthedocs.io.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

_NAME: Final = "mistral-async"


def data_folder() -> Path:
    """Return the folder, which need not be there yet."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or _home() / "AppData" / "Local") / _NAME
    if os.path.isabs(os.environ.get("XDG_DATA_HOME", "")):  # noqa: PTH117 - it may be empty, which is no path
        return Path(os.environ["XDG_DATA_HOME"]) / _NAME
    if sys.platform == "darwin":
        return _home() / "Library" / "Application Support" / _NAME
    return _home() / ".local" / "share" / _NAME


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        raise ValueError("cannot find your home folder: set HOME, or XDG_DATA_HOME") from None
