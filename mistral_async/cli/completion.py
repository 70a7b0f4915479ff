"""`mistral-async completion`: a script with which a shell completes commands, options, choices and files."""

from __future__ import annotations

import sys
from typing import Final, Literal, TypeAlias

from mistral_async.cli import app

Shell: TypeAlias = Literal["bash", "zsh", "fish", "powershell"]


_ZSH_END: Final = """
if [[ $funcstack[1] == _mistral-async ]]; then
  _cyclopts_mistral-async "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }
  compdef _cyclopts_mistral-async mistral-async
fi
"""
"""So that the script can be evaluated, or be the file `_mistral-async` in a folder of `fpath`."""


def completion(shell: Shell) -> None:
    """Print the script by which a shell completes commands; `mistral-async --install-completion` installs it.

    In bash and zsh: `eval "$(mistral-async completion bash)"`; in fish: `mistral-async completion fish | source`.

    Parameters
    ----------
    shell
        The shell that is to complete.
    """
    sys.stdout.write(app.generate_completion(shell=shell))
    if shell == "zsh":
        sys.stdout.write(_ZSH_END)
