"""`mistral-async demo` and `serve-fake`: commands that run without the API."""

from __future__ import annotations

from pathlib import Path

from mistral_async.cli._codes import USAGE
from mistral_async.cli._parameters import Flag


def demo(
    path: Path | None = None,
    *,
    question: str | None = None,
    backend: str = "all",
    live: Flag = False,
    fake: Flag = False,
) -> int:
    """Embed passages and answer a question by the nearest of them.

    Parameters
    ----------
    path
        A text file, or a folder of them. Default: text that ships with the package.
    question
        What to ask.
    backend
        asyncio, trio, blocking or all.
    live
        Use the real API (also when MISTRAL_API_KEY is set).
    fake
        Use the embedded server, also when MISTRAL_API_KEY is set.
    """
    from mistral_async.demo import main

    arguments = [*([str(path)] if path else []), "--backend", backend]
    arguments += [*(["--live"] if live else []), *(["--fake"] if fake else [])]
    return main([*arguments, *(["--question", question] if question else [])])


def serve_fake(
    *, host: str = "127.0.0.1", port: int = 8080, api_key: str | None = None, any_model: Flag = False
) -> int:
    """Serve the embedded Mistral server until Ctrl-C.

    Parameters
    ----------
    host
        The address to listen at.
    port
        The port; 0 takes any.
    api_key
        The only key that is accepted. Default: any.
    any_model
        Take every model name, for every operation.
    """
    from mistral_async.testing.__main__ import main

    if port not in range(1 << 16):
        raise ValueError(f"--port is 0 to 65535, not {port}")
    arguments = ["--host", host, "--port", str(port), *(["--api-key", api_key] if api_key else [])]
    code = main([*arguments, *(["--any-model"] if any_model else [])])
    return USAGE if code else 0
