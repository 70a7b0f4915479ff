"""The test-suite on every Python, with the oldest and the newest dependencies, alone and beside the clients of others.

`nox`, or some of it: `nox -k oldest`, `nox -s beside`, `nox -s wheel`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import nox
from packaging.requirements import Requirement

PYTHONS = ["3.11", "3.12", "3.13"]
DEPENDENCIES = nox.parametrize("dependencies", ["newest", "oldest"])
TOOLS = {"bench", "dev", "docs", "fuzz", "test"}  # extras for work on the package: users install the others
PEERS = [
    "anthropic",
    "google-genai",
    "langchain",
    "mistralai[workflow-payload-compression,workflow-payload-encryption]>=3",
    "openai",
    "orjson",
    "pandas",
    "polars",
    "pyarrow",
]
BESIDE = [
    "tests/cli/test_embed.py",
    "tests/cli/test_float32.py",
    "tests/client/test_client.py",
    "tests/compat/test_clouds.py",
    "tests/compat/test_compat.py",
    "tests/compat/test_official.py",
    "tests/compat/test_realtime.py",
    "tests/results/test_stream.py",
    "tests/bulk",
    "tests/models/test_vector.py",
    "tests/codec/json_schema",
    "tests/payloads",
    "tests/structured",
]

LIBRARIES = [
    "any-llm-sdk[mistral]",
    "dspy",
    "instructor",
    "langchain-mistralai",
    "litellm",
    "llama-index-embeddings-mistralai",
    "llama-index-llms-mistralai",
    "magentic",
    "mistral-haystack",
    "openai",
    "pydantic-ai-slim[mistral]",
]

OFFICIAL = [  # what the official SDK's own tests need
    "mistralai[mcp,realtime,telemetry,workflow-payload-compression,workflow-payload-encryption]>=3.7,<4",
    "numpy<3",
    "opentelemetry-instrumentation-httpx",
    "pytest",
    "pytest-asyncio",
]

ENGINES = ["celery[redis]", "daft", "dask[dataframe]", "pandas<3", "pyspark[sql]", "ray[data]"]  # and Java, for Spark
FRAMEWORKS = [
    "apache-airflow-task-sdk>=1.1,<2",
    "celery>=5.4,<6",
    "django>=5,<7",
    "pytest-httpx>=0.35,<1",
    "streamlit>=1.40,<2",
    "vcrpy>=7,<10",
]

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = False
nox.options.error_on_external_run = True


@nox.session(python=PYTHONS)
@DEPENDENCIES
def tests(session: nox.Session, dependencies: str) -> None:
    """Run the tests."""
    session.install("-e", ".[test]", *pins(session, dependencies))
    session.run("python", "-m", "pytest", *(session.posargs or ["-n", "2", "-m", "not slow"]))


@nox.session(python=PYTHONS)
@DEPENDENCIES
def beside(session: nox.Session, dependencies: str) -> None:
    """Install the wheel and the clients of others into one environment, and use it there."""
    newer = {"opentelemetry-api"}  # mistralai needs a newer one than we do
    session.install(".[test]", *PEERS, *pins(session, dependencies, newer))
    session.run("python", "-c", "import anthropic, google.genai, langchain, mistral_async, mistralai.client, openai")
    session.run("python", "-P", "-m", "mistral_async", "demo")
    session.run("pytest", *(session.posargs or ["-n", "2", "-m", "not slow", *BESIDE]))
    if dependencies == "newest":
        session.install(*LIBRARIES)
        session.run("pytest", "tests/beside")


@nox.session(python=PYTHONS[0])
def engines(session: nox.Session) -> None:
    """Send 20,000 texts through each engine, over workers that share an account; kill one of them."""
    session.install("-e", ".[test]", *ENGINES)
    files = sorted(map(str, Path("tests/integrations").glob("test_*.py")))
    session.run("pytest", "-s", *(session.posargs or files), env={"ENGINE_TEXTS": "20000"})
    session.run("pytest", "tests/test_docs.py", "-k", "scale.md")


@nox.session(python=PYTHONS[0])
def programs(session: nox.Session) -> None:
    """Run published programs that import `mistralai`, with the official SDK and with this package."""
    session.install("-e", ".[cli]", "uv")
    session.run("python", "tests/beside/run_programs.py", *session.posargs)


@nox.session(python=PYTHONS[0])
def official(session: nox.Session) -> None:
    """Run the official SDK's own tests on this package."""
    session.install("-e", ".[mcp,otel,realtime,workflows]", *OFFICIAL)
    session.run("python", "tests/beside/official_tests.py", *session.posargs)


@nox.session(python=PYTHONS[0])
def examples(session: nox.Session) -> None:
    """Run the official SDK's examples and the snippets of its documentation, with it and with this package."""
    session.install("-e", ".[cli,mcp,realtime,workflows]", "mistralai[agents,gcp,realtime]>=3", "rich")
    folder, *names = session.posargs or [client_python(session)]
    session.run("python", "tests/beside/run_examples.py", folder, *names)


@nox.session(python=PYTHONS[0])
def types(session: nox.Session) -> None:
    """Check the official SDK's examples with its types and with those of this package: none may fail here alone."""
    session.install(".[cli]", "mistralai[agents,realtime]>=3", "pyright")
    folder = Path(session.posargs[0]) if session.posargs else client_python(session)
    session.run("python", "tests/beside/run_types.py", folder / "examples")


@nox.session(python=PYTHONS[0])
def docs(session: nox.Session) -> None:
    """Build the documentation, look for dead links, and run the programs that need large libraries."""
    session.install("-e", ".[docs,test]", "pandas", "polars")
    session.run("pytest", "tests/test_site.py", "tests/test_docs.py", *session.posargs)


@nox.session(python=PYTHONS[0])
def frameworks(session: nox.Session) -> None:
    """Run the recipes for testing with frameworks, with those that are too large for the other sessions."""
    session.install("-e", ".[test]", *FRAMEWORKS)
    session.run("pytest", "tests/test_docs.py", "-k", "frameworks", *session.posargs)
    session.run("pytest", "tests/http/httpx_wire/test_mocked.py", *session.posargs)


@nox.session(python=PYTHONS[0])
def wheel(session: nox.Session) -> None:
    """Build the wheel, and look at what is in it."""
    session.install("pip")
    session.run("python", ".ci/wheel.py", session.create_tmp())


def client_python(session: nox.Session) -> Path:
    """The official SDK's repository; who has a checkout names it, `nox -s types -- FOLDER`."""
    folder = Path(session.create_tmp()) / "client-python"
    if not folder.exists():
        session.run("git", "clone", "--depth=1", f"https://github.com/mistralai/{folder.name}", folder, external=True)
    return folder


def pins(session: nox.Session, dependencies: str, newer: Collection[str] = ()) -> list[str]:
    """The options of an installation that hold it to the oldest dependencies but some, if those are asked for."""
    if dependencies == "newest":
        return []
    path = Path(session.create_tmp()) / "oldest.txt"
    held = sorted({each for each in oldest() if each.partition("==")[0] not in newer})
    path.write_text("\n".join(held), encoding="utf-8")
    return ["--constraint", str(path)]


def oldest() -> Iterator[str]:
    """The lower bound of each dependency that a user may install, as a pin."""
    project = nox.project.load_toml("pyproject.toml")["project"]
    extras = [each for name, extra in project["optional-dependencies"].items() if name not in TOOLS for each in extra]
    for each in map(Requirement, [*project["dependencies"], *extras]):
        for bound in each.specifier:
            if bound.operator == ">=":
                yield f"{each.name}=={bound.version}" + (f"; {each.marker}" if each.marker else "")
