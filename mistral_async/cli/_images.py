"""Images in a terminal that shows them: by the protocol of kitty, or that of iTerm2.

https://sw.kovidgoyal.net/kitty/graphics-protocol and https://iterm2.com/documentation-images.html
"""

from __future__ import annotations

import base64
import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, Literal, TypeAlias

from mistral_async.cli._text import terminal_text
from mistral_async.models import OCRPageObject, OCRResponse

ImageTerminal: TypeAlias = Literal["kitty", "iterm2"]

_IMAGE_LINK: Final = re.compile(r"!\[[^\[\]\n]*\]\(([^()\s]+)\)")
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PIECE: Final = 4096  # characters of an escape code of kitty


def image_terminal() -> ImageTerminal | None:
    """Return the protocol of the terminal that is stdout, or None if it shows no images or is no terminal."""
    term, program = os.environ.get("TERM", ""), os.environ.get("TERM_PROGRAM", "")
    if not sys.stdout.isatty() or "TMUX" in os.environ or term.startswith(("screen", "tmux")):
        return None
    if term in {"xterm-kitty", "xterm-ghostty"} or "KITTY_WINDOW_ID" in os.environ or program == "ghostty":
        return "kitty"
    if program in {"iTerm.app", "WezTerm", "mintty"} or os.environ.get("LC_TERMINAL") == "iTerm2":
        return "iterm2"
    return None


def print_with_images(answer: OCRResponse) -> None:
    """Print a document as Markdown, in a terminal that can with its images in the places of their links."""
    terminal = image_terminal()
    if terminal is None:
        sys.stdout.write(f"{terminal_text(answer.markdown)}\n")
        return
    sys.stdout.write("\n\n".join("".join(_page_parts(page, terminal)) for page in answer.pages) + "\n")


def _page_parts(page: OCRPageObject, terminal: ImageTerminal) -> Iterator[str]:
    codes = {image.id: _code(image.image_base64 or "", terminal) for image in page.images}
    end = 0
    for link in _IMAGE_LINK.finditer(page.markdown):
        yield terminal_text(page.markdown[end : link.start()])
        yield codes.pop(link[1], None) or terminal_text(link[0])  # once, however often it is linked
        end = link.end()
    yield terminal_text(page.markdown[end:])


def _code(image: str, terminal: ImageTerminal) -> str | None:
    """Return what shows an image, base64 text or a data URL; None if it cannot be shown."""
    try:
        data = base64.b64decode(image.rpartition(",")[2], validate=True)
    except ValueError:
        return None
    return (_kitty_code(data) if terminal == "kitty" else _iterm_code(data)) if data else None


def _iterm_code(data: bytes) -> str:
    return f"\x1b]1337;File=inline=1;size={len(data)}:{base64.b64encode(data).decode()}\x07"


def _kitty_code(data: bytes) -> str | None:
    """Return the escape codes of a PNG, the one file format that kitty reads; others need Pillow."""
    png = data if data.startswith(_PNG) else _as_png(data)
    if png is None:
        return None
    text = base64.b64encode(png).decode()
    pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
    heads = ["a=T,f=100,", *[""] * (len(pieces) - 1)]
    more = [*[1] * (len(pieces) - 1), 0]
    return "".join(
        f"\x1b_G{head}m={follows};{piece}\x1b\\" for head, follows, piece in zip(heads, more, pieces, strict=True)
    )


def _as_png(data: bytes) -> bytes | None:
    with suppress(Exception):  # without Pillow, or no image (its decoders raise anything): the link stays
        from PIL import Image  # type: ignore[import-not-found, unused-ignore]  # users may have it

        file = io.BytesIO()
        Image.open(io.BytesIO(data)).convert("RGBA").save(file, "PNG")
        return file.getvalue()
    return None
