"""The site answers what users ask first, and no link on it is dead; where zensical is installed it is built, too."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from mistral_async import Mistral

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
READ_ALONE = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "benchmarks/README.md")]
LINK = re.compile(r"\[(?:[^\[\]]|\\[\[\]])*\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"``.*?``|`[^`\n]*`")
NAMED = re.compile(r"^::: (\S+)$", re.MULTILINE)

# What somebody asks who has not seen the project: the page that is found, the section, and what stands there.
QUESTIONS = {
    "the default time-out": ("guide/settings.md", "Time-outs", ["300 without a byte of the answer", "**no limit**"]),
    "another time-out": ("guide/settings.md", "Time-outs", ["timeout=20", "Timeout(connect=2"]),
    "a proxy": ("guide/settings.md", "Proxy", ['proxy="http://user:password@', "HTTPS_PROXY", "NO_PROXY"]),
    "the base URL": ("guide/settings.md", "Base URL", ["server_url=", "base_url", "MISTRAL_SERVER_URL"]),
    "to resume a bulk job": ("bulk.md", "Resuming", ["checkpoint=", "Run the same again"]),
    "a DataFrame of embeddings": ("bulk.md", "DataFrames", ["pd.DataFrame", "pl.DataFrame", "client.bulk.embed"]),
    "to test a retry": ("testing.md", "In pytest", ["fake_mistral.fail(429)", "[429, 200]"]),
    "to stream into FastAPI": ("recipes.md", "A streaming endpoint with FastAPI", ["StreamingResponse", "chat.stream"]),
}


def section(page: str, heading: str) -> str:
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.search(rf"^(#+) {re.escape(heading)}$(.*?)(?=^#{{1,2}} |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no section {heading!r}"
    return found[2]


@pytest.mark.parametrize("asked", QUESTIONS)
def test_the_site_answers(asked):
    page, heading, said = QUESTIONS[asked]
    told = section(page, heading)
    assert [each for each in said if each not in told] == []


def test_the_site_shows_every_option_of_a_chat():
    told = section("reference/endpoints/chat.md", "chat.complete")
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", told, re.MULTILINE))
    assert rows.keys() >= inspect.signature(Mistral("key").chat.complete).parameters.keys()
    assert all(text.strip() for text in rows.values())


def targets(path: Path) -> Iterator[str]:
    text = CODE.sub("", FENCE.sub("", path.read_text(encoding="utf-8")))
    yield from (found for found in LINK.findall(text) if "://" not in found and not found.startswith("mailto:"))


@cache
def anchors(path: Path) -> set[str]:
    """Return the anchors of a page: its headings, as Markdown names them, and what mkdocstrings puts there."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    slugs: set[str] = set()
    for heading in HEADING.findall(text):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())
        slugs.add(slug if slug not in slugs else f"{slug}_1")
    return slugs | set(NAMED.findall(text))


def test_no_link_is_dead():
    dead = []
    for path in [*PAGES, *READ_ALONE]:
        for target in targets(path):
            file, _, anchor = target.partition("#")
            found = (path.parent / file).resolve() if file else path
            if not found.exists() or (anchor and found.suffix == ".md" and anchor not in anchors(found)):
                dead.append(f"{path.relative_to(ROOT)}: {target}")
            elif path in PAGES and found.is_relative_to(ROOT) and not found.is_relative_to(DOCS):
                dead.append(f"{path.relative_to(ROOT)}: {target} is not on the site")
    assert dead == []


def test_every_public_name_is_told_on_a_page():
    told = set()
    for path in (DOCS / "reference").rglob("*.md"):
        told |= {name.rpartition(".")[2] for name in NAMED.findall(path.read_text(encoding="utf-8"))}
    rooms = ["", ".batch", ".bulk", ".payloads", ".realtime", ".structured", ".testing", ".tools"]
    names = {name for room in rooms for name in importlib.import_module(f"mistral_async{room}").__all__}
    assert names - told - {"Bulk"} == set(), "add them to a page of docs/reference"  # Bulk is endpoints/bulk.md


def pages_of(part: object) -> Iterator[str]:
    match part:
        case str():
            yield part
        case list():
            yield from (page for each in part for page in pages_of(each))
        case dict():
            yield from (page for each in part.values() for page in pages_of(each))


def settings() -> dict[str, object]:
    class Loader(yaml.SafeLoader):
        """Reads `!ENV`, too."""

    Loader.add_constructor("!ENV", lambda loader, node: None)
    return yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader)


def test_every_page_is_in_the_navigation():
    assert sorted(pages_of(settings()["nav"])) == [path.relative_to(DOCS).as_posix() for path in PAGES]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site as it is built, from a copy: `nox -s docs` installs what it takes."""
    if importlib.util.find_spec("zensical") is None:
        pytest.skip("zensical is not installed: nox -s docs")
    here = tmp_path_factory.mktemp("site")
    for name in ("docs", "mistral_async"):
        shutil.copytree(ROOT / name, here / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", here)
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    environment = os.environ | {"PYTHONPATH": str(here), "REPOSITORY_URL": "https://example.org/repository"}
    done = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No issues found" in done.stderr
    return here / "site"


@pytest.mark.slow
@pytest.mark.timeout(300)
class TestBuilt:
    """What is on the pages once they are built."""

    def test_no_page_asks_another_host(self, site):
        loaded = re.compile(r"""<(?:script|link|img)[^>]*(?:src|href)="?(https?://(?!127\.0\.0\.1)[^">\s]*)""")
        asked = {url for page in site.rglob("*.html") for url in loaded.findall(page.read_text(encoding="utf-8"))}
        assert asked == set()

    def test_no_link_within_the_site_is_dead(self, site):
        link, name = re.compile(r'<a[^>]*\shref="?([^">\s]+)'), re.compile(r'\s(?:id|name)="?([^">\s]+)')
        text = {page: page.read_text(encoding="utf-8") for page in site.rglob("*.html") if page.name != "404.html"}
        names = {page: set(name.findall(html)) for page, html in text.items()}
        dead = []
        for page, html in text.items():
            for target in link.findall(html):
                file, _, anchor = target.partition("#")
                if "://" in target or target.startswith(("mailto:", "/")):
                    continue
                found = (page.parent / file).resolve() if file else page
                found = found / "index.html" if found.is_dir() else found
                if not found.exists() or (anchor and found in names and anchor not in names[found]):
                    dead.append(f"{page.relative_to(site)}: {target}")
        assert dead == []

    def test_every_page_has_the_switch_of_the_schemes_the_repository_and_its_neighbours(self, site):
        page = (site / "guide" / "settings" / "index.html").read_text(encoding="utf-8")
        assert all(
            each in page for each in ("Switch to dark mode", "https://example.org/repository", "md-footer__link")
        )
        assert (site / "sitemap.xml").exists()

    @pytest.mark.parametrize(
        ("words", "page"),
        [
            ("base url", "guide/settings/"),
            ("proxy", "guide/settings/"),
            ("timeout", "guide/settings/"),
            ("resume bulk", "bulk/"),
            ("dataframe embeddings", "bulk/"),
            ("temperature chat complete", "reference/endpoints/chat/"),
            ("fastapi stream", "recipes/"),
        ],
    )
    def test_search_finds(self, site, words, page):
        items = json.loads((site / "search.json").read_text(encoding="utf-8"))["items"]
        found = [
            each["location"]
            for each in items
            if all(word in f"{each['title']} {each['text']} {each.get('path', '')}".lower() for word in words.split())
        ]
        assert any(location.startswith(page) for location in found)

    def test_the_reference_has_no_dunder_methods(self, site):
        page = (site / "reference" / "client" / "index.html").read_text(encoding="utf-8")
        assert "__aenter__" not in page
        assert 'id="mistral_async.Mistral.aclose"' in page
