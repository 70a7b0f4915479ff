"""`python -m mistral_async.testing --port 8080`: the fake server as a program."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import anyio

from mistral_async.testing import FakeMistral, RateLimit


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m mistral_async.testing", description="A fake Mistral API server.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8080, help="port to listen on, 0 for any (default: %(default)s)")
    parser.add_argument("--api-key", default=None, help="the only key to accept (default: any)")
    parser.add_argument("--rate-limit", type=int, default=None, metavar="N", help="requests per minute and model")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="wait before each answer")
    parser.add_argument(
        "--chunk-delay", type=float, default=0.0, metavar="SECONDS", help="wait between events of a stream"
    )
    parser.add_argument("--any-model", action="store_true", help="take every model name, for every operation")
    options = parser.parse_args(arguments)
    limit = RateLimit(requests=options.rate_limit) if options.rate_limit is not None else None
    server = FakeMistral(
        api_key=options.api_key,
        host=options.host,
        port=options.port,
        rate_limits=limit,
        latency=options.latency,
        chunk_delay=options.chunk_delay,
        keep_requests=0,
        any_model=options.any_model,
    )
    try:
        anyio.run(_serve, server)
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        sys.stderr.write(f"cannot listen on {options.host}:{options.port}: {error}\n")
        return 1
    return 0


async def _serve(server: FakeMistral) -> None:
    async with server:
        sys.stdout.write(f"The fake Mistral API listens on {server.url}\n")
        sys.stdout.flush()
        await anyio.sleep_forever()


if __name__ == "__main__":
    raise SystemExit(main())
