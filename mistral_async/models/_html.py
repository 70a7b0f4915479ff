"""HTML of answers, for notebooks: text, folded parts, tables, images, audio, bars."""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Callable, Iterable, Sequence
from html import escape as escape_html
from typing import Final

from mistral_async._codec.surrogates import without_surrogates
from mistral_async._files.media_type import sniffed_type

# Rule 1: Nothing that a model or a document says is run. All text is escaped; Markdown is rendered (where
#   markdown-it-py is installed) without HTML, images, and links to scripts or data.
# Rule 2: Nothing is loaded from elsewhere: an image or audio is shown if its data is there, and is of a type that
#   can not hold a script. An address is a link.
# Rule 3: What is shown is bounded, and says how much more there is: an answer is kept in the notebook's file.

_MOST_TEXT: Final = 20_000  # characters
_MOST_CELL: Final = 200  # characters
_MOST_ROWS: Final = 200
_MOST_BYTES: Final = 2_000_000  # of an image or of audio, as base64
_SHOWN_DATA: Final = re.compile(
    r"data:(?:image/(?:png|jpeg|gif|webp)|audio/[a-z0-9.+-]{1,40});base64,[A-Za-z0-9+/]+={0,2}"
)
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s\"'<>]+")
_AUDIO: Final = ((b"RIFF", "audio/wav"), (b"fLaC", "audio/flac"), (b"OggS", "audio/ogg"))
_TABLE: Final = {"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "b", "i", "br", "sub", "sup"}
_SPANS: Final = {"colspan", "rowspan"}
_BOX: Final = "max-width: 60em; overflow-wrap: anywhere"
_QUIET: Final = "opacity: 0.65; font-size: 90%"


def escape(value: str) -> str:
    """Escape text; a lone surrogate, which no notebook could keep, is U+FFFD."""
    return escape_html(without_surrogates(value))


def box(*parts: str) -> str:
    """Put parts of HTML into one block."""
    return f'<div style="{_BOX}">{"".join(parts)}</div>'


def text(value: object) -> str:
    """Render Markdown, as far as `_MOST_TEXT` (rules 1 and 3)."""
    whole = without_surrogates(str(value))
    shown = whole[:_MOST_TEXT]
    render = _markdown_renderer()
    html = f'<div style="white-space: pre-wrap">{escape(shown)}</div>' if render is None else render(shown)
    return html + _more(whole)


def _more(whole: str) -> str:
    """Say how much of a text is not shown."""
    return quiet(f"... {len(whole) - _MOST_TEXT:,} more characters") if len(whole) > _MOST_TEXT else ""


def quiet(value: str) -> str:
    """Write a remark."""
    return f'<div style="{_QUIET}">{escape(value)}</div>'


def folded(title: str, html: str) -> str:
    """Put HTML under a title that opens it."""
    return f'<details><summary style="{_QUIET}">{escape(title)}</summary>{html}</details>'


def code(value: object) -> str:
    """Write text as it is, in a fixed pitch; arguments of calls as indented JSON."""
    whole = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=str)
    more = f"\n... {len(whole) - _MOST_TEXT:,} more characters" if len(whole) > _MOST_TEXT else ""
    return f'<pre style="white-space: pre-wrap">{escape(whole[:_MOST_TEXT] + more)}</pre>'


def link(address: str, name: str = "") -> str:
    """Link an address of the web; any other is text (rule 2)."""
    shown = escape(_cut(name or address))
    if not _WEB_ADDRESS.fullmatch(address):
        return f"<code>{shown}</code>"
    return f'<a href="{escape(address)}" rel="noopener noreferrer" target="_blank">{shown}</a>'


def media(address: str, name: str = "") -> str:
    """Show a data URL of an image or of audio (rules 2 and 3); link another address."""
    if not address.startswith("data:"):
        return link(address)
    kind = address[5:60].partition(";")[0]
    if len(address) > _MOST_BYTES:
        return quiet(f"{name or kind} of {len(address) * 3 // 4:,} bytes, too many to be shown")
    if not _SHOWN_DATA.fullmatch(address):
        return quiet(f"{name or kind} of {len(address):,} characters")
    if kind.startswith("audio/"):
        return f'<audio controls src="{address}"></audio>'
    return f'<img style="max-width: 100%" alt="{escape(name)}" src="{address}">'


def image(data: str, name: str = "") -> str:
    """Show an image given as a data URL or as base64, of the type that its first bytes say."""
    if data.startswith(("data:", "https://", "http://")):
        return media(data, name)
    return media(f"data:{sniffed_type(_start_of(data)) or 'image/jpeg'};base64,{data}", name)


def audio(data: str) -> str:
    """Play audio given as base64, of the type that its first bytes say; MP3 where they say nothing."""
    if data.startswith(("data:", "https://", "http://")):
        return media(data, "audio")
    start = _start_of(data)
    kind = next((kind for first, kind in _AUDIO if start.startswith(first)), "audio/mpeg")
    return media(f"data:{kind};base64,{data}", "audio")


def _start_of(data: str) -> bytes:
    try:
        return base64.b64decode(data[:24], validate=True)
    except ValueError:
        return b""


def cleaned(table_html: str) -> str:
    """Return a table that is HTML without all that is no table; as text where nh3 is not installed."""
    try:
        import nh3  # pyright: ignore[reportMissingImports]
    except ImportError:
        return code(table_html)
    shown = without_surrogates(table_html[:_MOST_TEXT])
    html: str = nh3.clean(shown, tags=_TABLE, attributes={"td": _SPANS, "th": _SPANS})
    return html + _more(table_html)


def table(head: Sequence[str], rows: Iterable[Sequence[object]], count: int) -> str:
    """Write a table of text, and how many of `count` rows are not shown."""
    body = "".join(f"<tr>{_cells(row, 'td')}</tr>" for row, _ in zip(rows, range(_MOST_ROWS), strict=False))
    more = quiet(f"... {count - _MOST_ROWS:,} more rows") if count > _MOST_ROWS else ""
    return f"<table><thead><tr>{_cells(head, 'th')}</tr></thead><tbody>{body}</tbody></table>{more}"


def answer(parts: Iterable[str], model: str = "", usage: object = None) -> str:
    """Put the parts of an answer above its model and tokens."""
    tokens = getattr(usage, "total_tokens", None)
    remarks = [each for each in (model, f"{tokens} tokens" if tokens else "") if each]
    return box(*parts, quiet(", ".join(remarks)) if remarks else "")


def _cells(values: Iterable[object], tag: str) -> str:
    style = ' style="text-align: left"'
    return "".join(f"<{tag}{style}>{escape(_cut('' if each is None else str(each)))}</{tag}>" for each in values)


def _cut(value: str) -> str:
    return value if len(value) <= _MOST_CELL else value[:_MOST_CELL] + "..."


def bar(done: int, failed: int, total: int | None, remark: str) -> str:
    """Draw how much of the work is done."""
    most = max(total or 0, done + failed, 1)
    drawn = f'<progress style="width: 20em" max="{most}" value="{done + failed}"></progress>'
    counts = f"{done + failed:,} of {total:,}" if total is not None else f"{done + failed:,}"
    return f"<div>{drawn} {escape(counts)}{escape(f', {failed:,} failed' if failed else '')}</div>{quiet(remark)}"


@functools.cache
def _markdown_renderer() -> Callable[[str], str] | None:
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        return None
    # Its own check of links leaves out `javascript:` and `data:`.
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    return markdown.disable(["image", "html_block", "html_inline"]).render
