"""`mistral-async templates`: prompts with names, for `chat -t NAME`."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from cyclopts import App

from mistral_async.cli._parameters import Flag
from mistral_async.cli._templates import read_template, template_names, template_path, templates_folder
from mistral_async.cli._text import print_json, print_rows, read_text

app: App = App(name="templates", help="Prompts with names, for `chat -t NAME`.")

_STARTER: Final = '''# Fill in what you need. $input is what was asked, other variables are given with -p NAME=VALUE.
prompt = """
Summarize this in $language:

$input
"""
# system = "You answer in one sentence."
# model = "mistral-small-latest"
# temperature = 0.3
# max_tokens = 500

[defaults]
language = "English"
'''


@app.command(name="list")
def list_templates(*, json: Flag = False) -> None:
    """List the names of templates, and how their prompts begin.

    Parameters
    ----------
    json
        One JSON object a template.
    """
    for name in template_names():
        try:
            template = read_template(template_path(name))
        except ValueError as problem:
            row: dict[str, str | None] = {"name": name, "error": str(problem)}
            prompt = f"({problem})"
        else:
            row = {"name": name, "prompt": template.prompt, "system": template.system}
            prompt = " ".join((template.prompt or template.system or "").split())[:60]
        print_json(row) if json else print_rows([(name, prompt)])


@app.command
def show(name: str) -> None:
    """Print a template.

    Parameters
    ----------
    name
        Its name.
    """
    sys.stdout.write(read_text(_existing(name)))


@app.command
def edit(name: str) -> None:
    """Open a template in your editor (VISUAL or EDITOR); one that is not there yet begins with an example.

    Parameters
    ----------
    name
        Its name.
    """
    path = template_path(name)
    editor = _editor()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_STARTER, encoding="utf-8")
    try:
        subprocess.run([*editor, str(path)], check=True)  # noqa: S603 - the user's own editor
    except FileNotFoundError:
        raise ValueError(f"there is no editor {editor[0]}: set EDITOR, or edit {path}") from None
    except subprocess.CalledProcessError as ended:
        raise ValueError(f"the editor {editor[0]} failed with {ended.returncode}; {path} is as it left it") from None
    read_template(path)  # what is wrong in it is said now


@app.command
def path(name: str | None = None) -> None:
    """Print the folder of the templates, or the path of one.

    Parameters
    ----------
    name
        The name of one.
    """
    sys.stdout.write(f"{templates_folder() if name is None else template_path(name)}\n")


def _existing(name: str) -> Path:
    found = template_path(name)
    if not found.is_file():
        raise ValueError(f"there is no template {name}: `templates list` shows those there are")
    return found


def _editor() -> list[str]:
    if given := os.environ.get("VISUAL") or os.environ.get("EDITOR"):
        return [given] if shutil.which(given) else shlex.split(given, posix=sys.platform != "win32")
    return ["notepad"] if sys.platform == "win32" else ["vi"]
