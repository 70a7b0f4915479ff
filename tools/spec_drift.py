"""What differs between OpenAPI documents and the client: `python tools/spec_drift.py SPEC...`.

It prints a line for each operation, option, field, member of a union and value that is missing in the client, gone
from all of the documents, or changed; "none" and exit code 0 where nothing differs. Differences that are meant stand
in `spec_drift.toml` with their reasons.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from comparison import Comparison
from endpoints import operations
from openapi import Document

MEANT = Path(__file__).with_suffix(".toml")


def drift(paths: Iterable[Path]) -> list[str]:
    """Return what differs from the documents, a line each."""
    comparison = Comparison(operations())
    for path in paths:
        comparison.add(Document(path).operations())
    return comparison.findings()


def meant() -> list[str]:
    """Return the patterns of the differences that are meant."""
    content = tomllib.loads(MEANT.read_text(encoding="utf-8"))
    return [pattern for each in content["meant"] for pattern in each["findings"]]


def main(arguments: list[str]) -> int:
    """Print what differs and is not meant."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    patterns = meant()
    found = [
        line for line in drift(map(Path, arguments)) if not any(fnmatchcase(line, pattern) for pattern in patterns)
    ]
    print("\n".join(found) or "none")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
