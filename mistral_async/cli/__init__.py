"""The command line `mistral-async` (extra `cli`): one file a command, loaded when it is used.

Exit codes: 0 done; 1 done, but some items failed; 2 wrong usage, or no key; 3 an error response; 4 no response;
130 Ctrl-C, which ends a process by its signal. A closed stdout (`| head`) ends a command quietly, with 0.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cyclopts import App, CycloptsError, Parameter

from mistral_async import __version__
from mistral_async.cli._codes import INTERRUPTED, USAGE, exit_code, print_error
from mistral_async.cli._signals import end_by_interrupt, orderly_termination
from mistral_async.cli._text import check_text, decode_words, prepare_streams
from mistral_async.errors import InvalidModelError, MistralError

COMMANDS = {
    "chat": ("mistral_async.cli.chat:chat", "Ask a model, or talk to it."),
    "templates": ("mistral_async.cli.templates:app", "Prompts with names, for `chat -t NAME`."),
    "logs": ("mistral_async.cli.logs:app", "Chats that were logged: list, search and show them."),
    "embed": ("mistral_async.cli.embed:embed", "Embed any number of texts."),
    "moderate": ("mistral_async.cli.classifiers:moderate", "Say which texts are harmful, and how."),
    "classify": ("mistral_async.cli.classifiers:classify", "Classify texts by a classifier of yours."),
    "ocr": ("mistral_async.cli.ocr:ocr", "Read documents and images as markdown."),
    "transcribe": ("mistral_async.cli.transcribe:transcribe", "Write down what recordings say."),
    "speak": ("mistral_async.cli.speak:speak", "Speak text, into a file or a pipe."),
    "batch": ("mistral_async.cli.batch:app", "Run a file of requests at half the price, within hours."),
    "files": ("mistral_async.cli.files:app", "Files that you uploaded."),
    "models": ("mistral_async.cli.models:models", "List the models, or show one."),
    "limits": ("mistral_async.cli.limits:limits", "Show the rate limits of the account."),
    "migrate": ("mistral_async.cli.migrate:migrate", "Change programs written for mistralai to this package."),
    "completion": ("mistral_async.cli.completion:completion", "Print the script by which a shell completes commands."),
    "demo": ("mistral_async.cli.local:demo", "Answer a question from passages: runs without a key."),
    "serve-fake": ("mistral_async.cli.local:serve_fake", "Serve the embedded Mistral server."),
}

app: App = App(
    name="mistral-async",
    help="The Mistral AI API from a shell. The key is in MISTRAL_API_KEY; `--fake` runs any command without one.",
    help_epilogue="Exit codes: 0 done, 1 some items failed, 2 wrong usage or no key, 3 refused by the API, "
    "4 no answer, 130 interrupted.",
    version=__version__,
    default_parameter=Parameter(validator=check_text),
    backend="asyncio",
    suppress_keyboard_interrupt=False,
)
for _name, (_path, _help) in COMMANDS.items():
    app.command(_path, name=_name, help=_help)
app.register_install_completion_command()  # pyright: ignore[reportUnknownMemberType] - it has untyped **kwargs


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit code."""
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        return INTERRUPTED


def run_process() -> int:
    """Run the command that this process was started with; Ctrl-C ends it by its signal."""
    try:
        return _run(sys.argv[1:])
    except KeyboardInterrupt:
        end_by_interrupt()
        return INTERRUPTED  # where no process ends by a signal


def _run(arguments: Sequence[str]) -> int:
    tokens = decode_words(arguments)
    prepare_streams()
    try:
        with orderly_termination():
            code = app(tokens, result_action="return_value", exit_on_error=False)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_stdout()
        return 0
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else USAGE
    except CycloptsError:
        return USAGE  # cyclopts has printed the error
    except (MistralError, OSError, ValueError, ImportError) as error:
        print_error(f"mistral-async: {_error_text(error)}")
        return exit_code(error)
    return code if isinstance(code, int) else 0


def _error_text(error: Exception) -> str:
    match error:
        case OSError(filename=str() | Path() as name, strerror=str(problem)):
            return f"{name}: {problem}"
        case UnicodeDecodeError():
            return "stdin is not text in UTF-8"  # errors of files name them
        case InvalidModelError():
            return f"{error} (`mistral-async models` lists those there are)"
        case _:
            return str(error)


def _discard_stdout() -> None:
    """Discard what is still buffered for a closed stdout, so that the interpreter's exit prints no error."""
    with suppress(OSError, ValueError):
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, sys.stdout.fileno())
        os.close(devnull)
