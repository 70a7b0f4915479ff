"""What the programs run on: a fake server in place of the API, files to read, and a way to show what came of it.

Importing it points both clients at the server; it has to come before the program.
"""

from __future__ import annotations

import importlib
import json
import os
import struct
import sys
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

URL, KEY = os.environ["STAGE_URL"], os.environ["MISTRAL_API_KEY"]
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
PNG = b"\x89PNG\r\n\x1a\n" + b"".join(
    struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    for kind, data in (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    )
)


def _point_at_the_server() -> None:
    if os.environ["STAGE_INSTALL"]:
        importlib.import_module("mistral_async.compat").install()
    for module in ("mistralai.client.sdkconfiguration", "mistralai.sdkconfiguration"):
        with suppress(ImportError, AttributeError):
            servers = importlib.import_module(module).SERVERS
            servers.update(dict.fromkeys(servers, URL))
    with suppress(ImportError):
        importlib.import_module("mistral_async._client.settings").SERVERS["global"] = URL


def make(name: str, content: bytes) -> str:
    """Make a file and return its path."""
    Path(name).write_bytes(content)
    return name


def pdf(name: str = "paper.pdf") -> str:
    """Make a PDF and return its path."""
    return make(name, PDF)


def png(name: str = "dot.png") -> str:
    """Make an image and return its path."""
    return make(name, PNG)


def wav(name: str = "rain.wav") -> str:
    """Make a recording and return its path."""
    return make(name, b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80>\0\0\0}\0\0\x02\0\x10\0data\0\0\0\0")


def command(main: Any, *arguments: str) -> None:
    """Run the main function of a command line, and show how it ended."""
    sys.argv = ["program", *arguments]
    try:
        main()
    except SystemExit as end:
        if end.code:
            print("exit code", end.code)


def show(value: Any) -> None:
    """Print a value; objects by what they hold."""
    print(json.dumps(value, default=_plain, sort_keys=True, indent=1))


def _plain(value: Any) -> Any:
    for name in ("model_dump", "to_dict"):
        if hasattr(value, name):
            return getattr(value, name)()
    return vars(value) if hasattr(value, "__dict__") else str(value)


_point_at_the_server()
