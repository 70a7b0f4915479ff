"""OCR: pages of markdown with the requested images, blocks, scores and annotations."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import Any, cast

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import invalid_argument
from mistral_async.testing._handlers._document_text import fetch_document, pages_of, read_stored_file
from mistral_async.testing._handlers._prompt import section
from mistral_async.testing._handlers._schema_instance import instance_of
from mistral_async.testing._handlers._words import words_of
from mistral_async.testing._handlers.models import resolve_model
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route

_DIMENSIONS = {"dpi": 200, "height": 2200, "width": 1700}
_LINE_HEIGHT = 40
_LINK = re.compile(r"https?://[^\s)>\]]+")
_TABLE = re.compile(r"(?:^\|.*\|$\n?){2,}", re.MULTILINE)
_IMAGE = re.compile(r"!\[[^\]]*\]\(([^)]+)\)")
_RANGE = re.compile(r"(\d+)(?:-(\d+))?")


@route("POST", "/v1/ocr", "ocr.process", body="OCRRequest", limits=("req", "ocr-pages"))
def process(call: FakeCall) -> Reply:
    """Extract the pages of a document."""
    body = call.body
    model = resolve_model(call.state, body["model"] or "mistral-ocr-latest", "ocr")
    data, name = _source(call, body["document"])
    texts = pages_of(data, name)
    chosen = _chosen(body.get("pages"), len(texts))
    pages = [_page(index, texts[index], body, data) for index in chosen]
    annotation = _annotation(section(body, "document_annotation_format"), "\n".join(texts))
    return json_reply(
        {
            "pages": pages,
            "model": model,
            "document_annotation": annotation,
            "usage_info": {"pages_processed": len(pages), "doc_size_bytes": len(data)},
        }
    ).with_costs(ocr_pages=len(pages))


def _source(call: FakeCall, document: JSONMapping) -> tuple[bytes, str]:
    match document:
        case {"document_url": str(url)}:
            data, name = fetch_document(call.state, url)
            return data, document.get("document_name") or name
        case {"image_url": {"url": str(url)}} | {"image_url": str(url)}:
            return fetch_document(call.state, url)
        case {"file_id": str(file_id)}:
            return read_stored_file(call.state, file_id)
        case _:
            raise invalid_argument(f"A document cannot be of type {document.get('type')}.")


def _chosen(pages: Any, count: int) -> list[int]:
    if pages is None:
        return list(range(count))
    numbers: list[int] = []
    if isinstance(pages, str):
        for match in _RANGE.finditer(pages):
            numbers += range(int(match[1]), int(match[2] or match[1]) + 1)
    else:
        numbers = cast("list[int]", pages)
    return [number for number in numbers if 0 <= number < count]


def _page(index: int, text: str, body: JSONMapping, data: bytes) -> JSONObject:
    lines = text.split("\n")
    header = lines[0] if body.get("extract_header") and len(lines) > 1 else None
    footer = lines[-1] if body.get("extract_footer") and len(lines) > 1 else None
    kept = lines[header is not None : len(lines) - (footer is not None)]
    markdown, tables = _without_tables("\n".join(kept), body.get("table_format"))
    granularity = body.get("confidence_scores_granularity")
    return {
        "index": index,
        "markdown": markdown,
        "images": [_image(name, body, data) for name in _IMAGE.findall(text)],
        "tables": tables,
        "hyperlinks": _LINK.findall(text),
        "header": header,
        "footer": footer,
        "dimensions": _DIMENSIONS,
        "confidence_scores": _scores(text, words=granularity == "word") if granularity else None,
        "blocks": _blocks(kept) if body.get("include_blocks", True) else None,
    }


def _without_tables(text: str, form: str | None) -> tuple[str, list[JSONObject]]:
    tables: list[JSONObject] = []
    if form is None:
        return text, tables

    def taken(match: re.Match[str]) -> str:
        name = f"tbl-{len(tables)}.{'html' if form == 'html' else 'md'}"
        content = _html_table(match[0]) if form == "html" else match[0].strip()
        tables.append({"id": name, "content": content, "format": form, "word_confidence_scores": None})
        return f"[{name}]({name})\n"

    return _TABLE.sub(taken, text), tables


def _html_table(markdown: str) -> str:
    rows = [row.strip().strip("|").split("|") for row in markdown.strip().split("\n")]
    filled = [row for row in rows if not all(set(cell.strip()) <= set("-:") for cell in row)]
    cells = ("".join(f"<td>{cell.strip()}</td>" for cell in row) for row in filled)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def _image(name: str, body: JSONMapping, data: bytes) -> JSONObject:
    encoded = f"data:image/jpeg;base64,{b64encode(data).decode()}" if body.get("include_image_base64") else None
    corners = {"top_left_x": 0, "top_left_y": 0, "bottom_right_x": 100, "bottom_right_y": 100}
    annotation = _annotation(section(body, "bbox_annotation_format"), name)
    return {"id": name, **corners, "image_base64": encoded, "image_annotation": annotation}


def _annotation(form: JSONMapping, text: str) -> str | None:
    # Annotations are JSON written into a string.
    if not form:
        return None
    return json.dumps(instance_of(section(form, "json_schema").get("schema", {}), text), ensure_ascii=False)


def _blocks(lines: list[str]) -> list[JSONObject]:
    blocks: list[JSONObject] = []
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        top = number * _LINE_HEIGHT
        corners = {"top_left_x": 0, "top_left_y": top, "bottom_right_x": 1700, "bottom_right_y": top + _LINE_HEIGHT}
        image = _IMAGE.search(line)
        kind = "image" if image else "title" if line.startswith("#") else "list" if line.startswith("- ") else "text"
        block = {"type": kind, **corners, "content": line, "confidence_scores": None}
        blocks.append({**block, "image_id": image[1]} if image else block)
    return blocks


def _scores(text: str, *, words: bool) -> JSONObject:
    scores = [{"text": word, "confidence": 0.99, "start_index": text.lower().find(word)} for word in words_of(text)]
    page = {"average_page_confidence_score": 0.99, "minimum_page_confidence_score": 0.95}
    return {**page, "word_confidence_scores": scores if words else []}
