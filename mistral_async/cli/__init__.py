"""The command line `mistral-async` (extra `cli`): one file a command, loaded when it is used.

Exit codes: 0 done; 1 done, but some items failed; 2 wrong usage, no key; 3 the API refused; 4 no answer from it; 130 Ctrl-C.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cyclopts import App

from mistral_async._version import __version__
from mistral_async.errors import APIConnectionError, APIStatusError, ConfigurationError, MistralError, ServerError

USAGE, REFUSED, NO_ANSWER, INTERRUPTED = 2, 3, 4, 130

COMMANDS = {
    "chat": "mistral_async.cli.chat:chat",
    "embed": "mistral_async.cli.embed:embed",
    "moderate": "mistral_async.cli.judge:moderate",
    "classify": "mistral_async.cli.judge:classify",
    "ocr": "mistral_async.cli.ocr:ocr",
    "transcribe": "mistral_async.cli.transcribe:transcribe",
    "batch": "mistral_async.cli.batch:app",
    "files": "mistral_async.cli.files:app",
    "models": "mistral_async.cli.models:models",
    "limits": "mistral_async.cli.limits:limits",
    "demo": "mistral_async.cli.local:demo",
    "serve-fake": "mistral_async.cli.local:serve_fake",
}

app = App(
    name="mistral-async",
    help="The Mistral AI API from a shell. The key is in MISTRAL_API_KEY; `--fake` runs any command without one.",
    help_epilogue="Exit codes: 0 done, 1 some items failed, 2 wrong usage or no key, 3 refused by the API, 4 no answer, "
    "130 interrupted.",
    version=__version__,
    backend="asyncio",
    suppress_keyboard_interrupt=False,
)
for _name, _path in COMMANDS.items():
    app.command(_path, name=_name)
app.register_install_completion_command()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code."""
    tokens = sys.argv[1:] if arguments is None else list(arguments)
    try:
        code = app(tokens, result_action="return_value", exit_on_error=False)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # who read the output has gone: nothing is left to say
        return 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else USAGE
    except (MistralError, OSError, ValueError) as error:
        print(f"mistral-async: {error}", file=sys.stderr)
        return exit_code(error)
    except Exception as error:
        if not type(error).__module__.startswith("cyclopts"):
            raise
        return USAGE  # cyclopts has said what is wrong
    return code if isinstance(code, int) else 0


def exit_code(error: Exception) -> int:
    """The exit code that says what kind of failure it was."""
    match error:
        case ConfigurationError():
            return USAGE
        case ServerError() | APIConnectionError():
            return NO_ANSWER
        case APIStatusError() | MistralError():
            return REFUSED
        case _:
            return USAGE
