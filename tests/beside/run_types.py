"""The official SDK's examples, type-checked as they are and with the import changed: what passes there passes here.

    python tests/beside/run_types.py FOLDER

Pyright reads them strictly, with the types of the installed `mistralai` and, after `mistral-async migrate`, with those
of this package. Prints the errors of lines that have none there, and exits with 1 if there is one.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from mistral_async.cli._migration.source import migrate_source


def main() -> int:
    """Check the examples of a folder both ways; print a line for each error that is new."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the `examples` of https://github.com/mistralai/client-python")
    folder = parser.parse_args().folder
    with TemporaryDirectory() as scratch:
        official, ours = Path(scratch, "official"), Path(scratch, "ours")
        shutil.copytree(folder, official)
        shutil.copytree(folder, ours)
        for path in ours.rglob("*.py"):
            path.write_bytes(migrate_source(path.read_bytes())[0])
        there, here = errors(official), errors(ours)
    new = {place: text for place, text in here.items() if place not in there}
    for (name, line), text in sorted(new.items()):
        print(f"{name}:{line}: {text}")
    print(f"lines with an error: {len(there)} with mistralai, {len(here)} with mistral_async, {len(new)} of them new")
    return 1 if new or not there else 0


def errors(folder: Path) -> dict[tuple[str, int], str]:
    """Return what pyright has against each line, by file and number."""
    settings = {"typeCheckingMode": "strict", "extraPaths": [each for each in sys.path if each], "include": ["."]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--project", str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    found = [each for each in json.loads(ran.stdout)["generalDiagnostics"] if each["severity"] == "error"]
    return {
        (str(Path(each["file"]).relative_to(folder.resolve())), each["range"]["start"]["line"] + 1): each["message"]
        for each in found
    }


if __name__ == "__main__":
    sys.exit(main())
