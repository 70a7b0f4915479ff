"""Markdown as text without markup: what a reader sees, tables as lines of cells with tabs between them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

_TAG: Final = re.compile("<[^<>]*>")
_CELL_END: Final = re.compile("</t[dh]>", re.IGNORECASE)
_ROW_END: Final = re.compile(r"</tr>\n?", re.IGNORECASE)
_BREAK_TAG: Final = re.compile("<br ?/?>", re.IGNORECASE)
_EMPTY_LINES: Final = re.compile("\n{3,}")
_BREAKS: Final = {"softbreak": "\n", "hardbreak": "\n"}


def plain_text(markdown: str) -> str:
    """Return the text of Markdown, with a line break at its end."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    text = _EMPTY_LINES.sub("\n\n", "".join(_blocks(tokens)))
    return text.strip("\n") + "\n"


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        match token.type:
            case "inline":
                yield "".join(_inline(token.children or ()))
            case "fence" | "code_block":
                yield token.content
                yield "\n"
            case "html_block":
                rows = _ROW_END.sub("\n", _CELL_END.sub("\t", _BREAK_TAG.sub(" ", token.content)))
                yield html.unescape(_TAG.sub("", rows)) + "\n"
            case "list_item_open":
                yield f"{token.info}. " if token.info else "- "
            case "paragraph_close":
                yield "\n" if token.hidden else "\n\n"
            case "th_close" | "td_close":
                yield "\t"
            case "tr_close" | "bullet_list_close" | "ordered_list_close":
                yield "\n"
            case "heading_close" | "table_close":
                yield "\n\n"
            case _:
                pass


def _inline(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        match token.type:
            case "text" | "code_inline":
                yield token.content
            case "html_inline" if _BREAK_TAG.fullmatch(token.content):
                yield " "  # a cell of a table is on one line
            case "image":
                yield "".join(_inline(token.children or ()))
            case _:
                yield _BREAKS.get(token.type, "")
