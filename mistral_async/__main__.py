"""`python -m mistral_async`: the command line; `demo` runs without any extra."""

from __future__ import annotations

import sys


def main() -> int:
    """Run a command and return the exit code."""
    arguments = sys.argv[1:]
    try:
        from mistral_async.cli import run_process
    except ModuleNotFoundError as missing:
        if arguments[:1] == ["demo"]:
            from mistral_async.demo import main as demo

            return demo(arguments[1:])
        print(f"this command needs the extra 'cli' ({missing.name}): pip install 'mistral-async[cli]'", file=sys.stderr)
        return 2
    return run_process()


if __name__ == "__main__":
    sys.exit(main())
