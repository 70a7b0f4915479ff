"""Run files one after the other in this process, each against a fake server of its own; print how each ended, as JSON.

    python play_examples.py [--without PACKAGE] FILE ...

`PACKAGE` can not be imported then. Models are printed as what they hold, so that those of two makes can be compared.
"""

from __future__ import annotations

import argparse
import builtins
import importlib
import io
import json
import os
import runpy
import sys
import webbrowser
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from mistral_async.testing import FakeMistral

ERRORS = (
    "SDKError",
    "HTTPValidationError",
    "ObservabilityError",
    "ResponseValidationError",
    "NoResponseError",
    "MistralError",
)


def play(path: Path) -> dict[str, str]:
    """Run a file; return its error, what it printed and what it asked of the server."""
    printed, error, text = io.StringIO(), "", ""
    sys.argv = [str(path)]
    os.chdir(path.parent)
    with FakeMistral() as server:
        point_at(server.url)
        os.environ["MISTRAL_API_KEY"] = server.api_key
        try:
            with redirect_stdout(printed):
                runpy.run_path(str(path), run_name="__main__")
        except SystemExit as end:
            error = f"exit {end.code}" if end.code else ""
        except BaseException as raised:  # noqa: BLE001 - whatever it ends with
            error, text = " ".join(kinds(raised)), str(raised)
        asked = "\n".join(f"{each.method} {unquote(each.path)} {each.status}" for each in server.requests)
    return {"error": error, "text": text, "printed": printed.getvalue(), "asked": asked}


def kinds(raised: BaseException) -> list[str]:
    """Return the name of an error's class, and of the classes of the SDK's errors that catch it."""
    caught: list[str] = []
    for module in ("mistralai.client.errors", "mistral_async.compat.errors"):
        with suppress(ImportError):
            errors = importlib.import_module(module)
            caught += [name for name in ERRORS if isinstance(raised, getattr(errors, name, ()))]
    return [type(raised).__name__, *dict.fromkeys(caught)]


def point_at(url: str) -> None:
    """Have both clients send to a server where no other is named."""
    for module in ("mistralai.client.sdkconfiguration", "mistral_async._client.settings"):
        with suppress(ImportError):
            servers = importlib.import_module(module).SERVERS
            servers.update(dict.fromkeys(servers, url))


def show_fields() -> None:
    """Have models of both makes print what they hold, in one form."""
    for module, name in (("pydantic", "BaseModel"), ("mistral_async.models._model", "Model")):
        model = getattr(importlib.import_module(module), name)
        model.__repr__ = model.__str__ = fields


def fields(model: Any) -> str:
    """Return a model as JSON."""
    return json.dumps(filled(model.model_dump()), default=str, sort_keys=True)


def filled(value: Any) -> Any:
    """Leave out what is empty: whether that was sent is not known here (docs/migration.md)."""
    if isinstance(value, dict):
        return {key: filled(each) for key, each in value.items() if each not in (None, "", [], {})}
    return [filled(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--without", help="a package that can not be imported")
    parser.add_argument("files", nargs="+", type=Path)
    given = parser.parse_args()
    if given.without:
        sys.modules[given.without] = None  # type: ignore[assignment]  # as Python has it
    os.environ["PYTHONWARNINGS"] = "ignore"
    show_fields()
    builtins.input = lambda _question="": "/exit"
    webbrowser.open = lambda *_arguments, **_options: True
    for each in given.files:
        sys.__stdout__.write(json.dumps(play(each)) + "\n")  # type: ignore[union-attr]  # it is there
        sys.__stdout__.flush()  # type: ignore[union-attr]
