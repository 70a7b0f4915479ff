"""Templates of chats: TOML files with a prompt, or plain files that are one. `$name` is a variable, `$$` a dollar."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from mistral_async.cli._data_folder import data_folder
from mistral_async.cli._text import read_text, readable

INPUT: Final = "input"  # the variable for what was asked
_SUFFIX: Final = ".toml"


class Template(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The parts of a chat; options of the command win over them."""

    prompt: str = ""
    system: str | None = None
    model: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    schema: dict[str, Any] | None = None
    """A JSON schema that the answer must fit."""
    defaults: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """Values of variables that are not given."""

    @property
    def takes_input(self) -> bool:
        """True if the prompt needs what was asked: it names `$input`, or there is no prompt."""
        return not self.prompt or INPUT in _variables(self.prompt)

    def ask(self, asked: str, values: Mapping[str, str]) -> str:
        """Return the question; what was asked follows a prompt that does not say where it goes."""
        if not self.prompt:
            return asked
        question = self.fill(self.prompt, {**values, INPUT: asked})
        return question if self.takes_input or not asked else f"{question}\n\n{asked}"

    def fill(self, text: str, values: Mapping[str, str]) -> str:
        """Return a text with the values of its variables; raises a `ValueError` for those that have none."""
        given = {**self.defaults, **values}
        if missing := [name for name in _variables(text) if name not in given]:
            options = " ".join(f"-p {name}=..." for name in missing)
            raise ValueError(f"the template needs {', '.join(f'${name}' for name in missing)}: give {options}")
        return string.Template(text).substitute(given)


def templates_folder() -> Path:
    """Return the folder of the templates that have names."""
    return data_folder() / "templates"


def template_path(name: str) -> Path:
    """Return the file for a template's name."""
    if not name or name != Path(name).name or name.startswith("."):
        raise ValueError(f"the name of a template is that of a file, without a folder, not {readable(name)!r}")
    return templates_folder() / f"{name}{_SUFFIX}"


def template_names() -> list[str]:
    """Return the names of the templates there are."""
    return sorted(path.stem for path in templates_folder().glob(f"*{_SUFFIX}"))


def load_template(name: str) -> Template:
    """Return a template by its name, or by the path of a file: TOML by its ending, else text that is the prompt."""
    path = Path(name)
    if name != path.name or (path.suffix and path.exists()):
        return read_template(path)
    if not template_path(name).is_file():
        known = ", ".join(template_names()) or "none yet"
        raise ValueError(f"there is no template {name}: `templates edit {name}` makes it; there are: {known}")
    return read_template(template_path(name))


def read_template(path: Path) -> Template:
    """Read the file of a template; raises a `ValueError` that says what is wrong in it."""
    text = read_text(path)
    if path.suffix.lower() != _SUFFIX:
        template = Template(prompt=text.strip())
    else:
        try:
            template = msgspec.convert(tomllib.loads(text), Template)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as problem:
            raise ValueError(f"the template {path} is wrong: {problem}") from None
    for part in (template.prompt, template.system or ""):
        if not string.Template(part).is_valid():
            raise ValueError(f"the template {path} is wrong: a dollar is written $$, a variable $name")
    return template


def parse_values(pairs: Iterable[str]) -> dict[str, str]:
    """Return the values of `NAME=VALUE` options."""
    values: dict[str, str] = {}
    for pair in pairs:
        name, mark, value = pair.partition("=")
        if not mark or not name.isidentifier():
            raise ValueError(f"-p is NAME=VALUE, not {pair!r}")
        values[name] = value
    return values


def _variables(text: str) -> list[str]:
    return string.Template(text).get_identifiers()
