"""Every Python program in the README and the documentation runs, against the embedded server."""

from __future__ import annotations

import random
import re
import shlex
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from mistral_async._client import settings as _settings
from mistral_async.testing import FakeMistral

ROOT = Path(__file__).parents[1]
ELSEWHERE = {"libraries.md"}  # in beside/test_libraries.py, each in a process of its own
ENGINES = {"celery", "daft", "dask", "pyspark", "ray"}
# Programs that import these run where they are installed, with the session of nox that installs them.
LARGE = {
    **dict.fromkeys(("pandas", "polars"), "docs"),
    **dict.fromkeys(("airflow", "django", "streamlit"), "frameworks"),
    **dict.fromkeys(ENGINES, "engines"),
}
PAGES = [path for path in sorted((ROOT / "docs").rglob("*.md")) if path.name not in ELSEWHERE]
README = ROOT / "README.md"
BLOCK = re.compile(r"^(?P<indent> *)```python(?P<info>[^\n]*)\n(?P<code>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)
IMPORTED = re.compile(r"^(?:import|from) (\w+)", re.MULTILINE)


def programs(pages: list[Path]) -> list[tuple[str, str]]:
    found = []
    for page in pages:
        text = page.read_text()
        for match in BLOCK.finditer(text):
            line = text[: match.start()].count("\n") + 2
            code = re.sub(rf"^{match['indent']}", "", match["code"], flags=re.MULTILINE)
            found.append((f"{page.relative_to(ROOT)}:{line}", "\n" * (line - 1) + code))
    return found


PROGRAMS = programs(PAGES)


@pytest.mark.parametrize(("place", "code"), PROGRAMS, ids=[place for place, _ in PROGRAMS])
def test_program_runs(place, code, monkeypatch, tmp_path, capsys):
    for name in LARGE.keys() & IMPORTED.findall(code):
        pytest.importorskip(name, reason=f"{name} is not installed: nox -s {LARGE[name]}")
        if name in ENGINES:
            warnings.simplefilter("default")  # their own are not ours
    monkeypatch.setattr(random, "random", lambda: 0.1)  # the jitter of the waits between attempts
    # A batch job is done when it is first asked for: the pauses between the questions are not what is tested here.
    with FakeMistral(queue_seconds=0.0, batch_per_second=1e9) as server:
        monkeypatch.setitem(_settings.SERVERS, "global", server.url)
        if "integrations" in code:  # workers know the environment alone
            monkeypatch.setenv("MISTRAL_SERVER_URL", server.url)
        monkeypatch.setenv("MISTRAL_API_KEY", server.api_key)
        monkeypatch.setenv("MISTRAL_ADMIN_KEY", server.api_key)
        monkeypatch.chdir(tmp_path)
        exec(compile(code, place, "exec", dont_inherit=True), {"__name__": "__main__"})


def command(mark: str) -> list[str]:
    """Return what the README tells its readers to type, below a mark."""
    found = re.search(rf"<!-- {mark} -->\n```console\n(.*?)\n```", README.read_text(encoding="utf-8"), re.DOTALL)
    return shlex.split(found[1])


@pytest.fixture(scope="module")
def served():
    """The server that the README starts, at a port of its own, and its address."""
    python, *arguments = command("server command")
    address = arguments[arguments.index("--port") + 1]
    arguments[arguments.index("--port") + 1] = "0"
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().split()[-1]
        yield {f"http://127.0.0.1:{address}": url}
        process.terminate()
    assert python == "python"


README_PROGRAMS = programs([README])


@pytest.mark.parametrize(("place", "code"), README_PROGRAMS, ids=[place for place, _ in README_PROGRAMS])
def test_readme_programs_run_offline_as_they_stand_there(place, code, served, monkeypatch, capsys):
    export, *variables = command("client environment")
    assert export == "export"
    for variable in variables:
        name, _, value = variable.partition("=")
        monkeypatch.setenv(name, served.get(value, value))
    exec(compile(code, place, "exec", dont_inherit=True), {"__name__": "__main__"})
    assert capsys.readouterr().out
