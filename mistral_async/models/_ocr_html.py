"""HTML of a document that was read, for notebooks: its pages, with images and tables in their places."""

from __future__ import annotations

from collections.abc import Iterator

from mistral_async.models import _html as html
from mistral_async.models._ocr_folder import LINK, Page

_MOST_PAGES = 20


def pages_html(pages: list[Page]) -> str:
    """Return the pages, and how many more there are."""
    shown = [html.quiet(f"Page {page.number + 1}") + page_html(page) for page in pages[:_MOST_PAGES]]
    more = html.quiet(f"... {len(pages) - _MOST_PAGES:,} more pages") if len(pages) > _MOST_PAGES else ""
    return html.box("<hr>".join(shown), more)


def page_html(page: Page) -> str:
    """Return a page, with its images and tables where it links to them."""
    return "".join(_parts(page, {name: image for name, image in page.images if image}, dict(page.tables)))


def _parts(page: Page, images: dict[str, str], tables: dict[str, str]) -> Iterator[str]:
    """Yield the HTML of a page; an image or a table is put in its first place alone, however often it is linked."""
    start = 0
    for link in LINK.finditer(page.markdown):
        mark, _, to = link.groups()
        part = html.image(images.pop(to), to) if to in images else "" if mark else _table(tables.pop(to, ""))
        if part:
            yield html.text(page.markdown[start : link.start()]) + part
            start = link.end()
    yield html.text(page.markdown[start:])


def _table(content: str) -> str:
    return html.cleaned(content) if content.lstrip().startswith("<") else html.text(content) if content else ""
