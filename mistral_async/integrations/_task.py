"""A task: bulk work with the partitions of an engine. It is pickled with its settings, and done in any process."""

from __future__ import annotations

import atexit
import hashlib
import json
import logging
import math
import os
import pickle
import time
import uuid
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar, cast

import anyio

from mistral_async import Account, Mistral, RateLimits, SyncMistral
from mistral_async.bulk import AsyncResults, CheckpointError, Err, Result
from mistral_async.errors import ConfigurationError
from mistral_async.integrations._progress import ProgressFile
from mistral_async.models import ChatCompletionResponse, Vector

# Rule 1: Pickled are settings, and never a key. A process makes a client when it first needs one with these settings,
# and keeps it to its end: all its threads, tasks and partitions share connections and limits.
#
# Rule 2: An item that fails is a row with an error. A setting that can not work for any item (a `ConfigurationError`)
# and a checkpoint that can not be used fail the partition, and so does the first failure with `on_error="raise"`.
#
# Rule 3: A checkpoint is named by what its partition holds, so that whoever gets the partition again finds it. While
# another worker has the file, the same partition waits: what that one has paid for is then there.
#
# Rule 4: Null is no item. It is not sent, and its cells are null.

_PAUSE = 0.25  # seconds between two looks at a checkpoint that another worker has
_log = logging.getLogger("mistral_async")
_clients: dict[tuple[object, ...], Any] = {}


class Task:
    """Work with partitions.

    Args:
        column: The column that holds the items. Default: `text`, or `prompt` of chats; the whole record, as a dict, for
            `Map`.
        output: The column of the results, which is added, or replaced. Default: `embedding`, `answer`, `moderation`,
            `classification` or `result`.
        errors: The beginning of the names of two more columns: `error_type`, the class of an item's error, and
            `error_message`. Both are null where there is none.
        value: Makes a cell of a result, such as `lambda response: response.usage.total_tokens`. Default: a vector, the
            text of a chat, else JSON.
        dtype: The `pyarrow` type of the cells that `value` makes, for engines with typed columns. Default: strings.
        limits: The limits of the account. A `store` in them is what keeps all workers together under one limit.
        checkpoint: A folder that all workers see. It keeps every result: a partition that is done again, in whichever
            worker, sends only what is not there.
        api_key: A function that returns the key, called in the workers; or several, also in `Account`s. Default: their
            environment.
        client: Other settings of the client, as `Mistral` takes them.
        options: Options of the method of `client.bulk` that does the work, such as `model`, `budget` and
            `on_error="raise"`.

    Raises:
        TypeError: an option does not exist.
        ConfigurationError: a setting is wrong. A worker that has no key raises it too, and says how to give it one.
    """

    method: ClassVar[str]
    """The method of `client.bulk` that does the work."""
    default_column: ClassVar[str | None] = "text"
    default_output: ClassVar[str]
    where_keys_go: ClassVar[str] = "set MISTRAL_API_KEY where the workers run"
    """The advice for a worker that has no key."""

    def __init__(
        self,
        *,
        column: str | None = None,
        output: str | None = None,
        errors: str = "error",
        value: Callable[[Any], Any] | None = None,
        dtype: Any = None,
        limits: RateLimits | Mapping[str, Any] | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        api_key: Callable[[], Any] | Sequence[Callable[[], Any] | Account] | None = None,
        client: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        for key in _several(api_key):
            if not callable(getattr(key, "api_key", key)):
                raise ConfigurationError(f"a key is not sent to workers: {self.where_keys_go}, or pass a function")
        self.column: str | None = column or self.default_column
        self.output: str = output or self.default_output
        self.errors: tuple[str, str] = (f"{errors}_type", f"{errors}_message")
        self.value: Callable[[Any], Any] = value or as_cell
        self.dtype: Any = dtype
        self.checkpoint: str | None = None if checkpoint is None else os.fspath(checkpoint)
        self.options = options
        self._api_key = api_key
        self._settings: dict[str, Any] = {**(client or {}), **({} if limits is None else {"rate_limits": limits})}
        self._identity = _identity(api_key, self._settings)
        self._start(SyncMistral(api_key or "-", **self._settings), [], None)  # a wrong option is refused at once

    @property
    def columns(self) -> tuple[str, str, str]:
        """The names of the columns that are added: the output, the type of an error, its message."""
        return self.output, *self.errors

    def check_column(self, names: Iterable[Any]) -> None:
        """Raise the error for a partition without the column; `names` are those of its columns."""
        if self.column is not None and self.column not in (found := list(names)):
            raise ConfigurationError(f"no column {self.column!r}: set column= to one of {', '.join(map(str, found))}")

    def perform(self, items: Sequence[Any]) -> list[Result[Any] | None]:
        """Return the result of each item, None for null; blocks."""
        places, given = _present(items)
        results: list[Result[Any] | None] = [None] * len(items)
        for result in self._collect(given) if given else ():
            results[places[result.index]] = self._checked(result)
        return results

    def _collect(self, items: Sequence[Any]) -> list[Result[Any]]:
        path = self._path(items)
        while True:
            try:
                return list(self._start(self._client(SyncMistral), items, path))
            except CheckpointError as error:
                _raise_lasting(error)
            time.sleep(_PAUSE)

    async def perform_async(self, items: Sequence[Any]) -> AsyncGenerator[dict[int, Result[Any] | None], None]:
        """Yield results as they finish, by the place of the item: one for each, None for null."""
        places, given = _present(items)
        if len(given) < len(items):
            yield dict.fromkeys(set(range(len(items))).difference(places))
        if not given:
            return
        async with AsyncExitStack() as stack:
            results = await self._enter(stack, given)
            while some := await results.receive():
                yield {places[result.index]: self._checked(result) for result in some}

    async def _enter(self, stack: AsyncExitStack, items: Sequence[Any]) -> AsyncResults[Any]:
        path = self._path(items)
        while True:
            try:
                return await stack.enter_async_context(self._start(self._client(Mistral), items, path))
            except CheckpointError as error:
                _raise_lasting(error)
            await anyio.sleep(_PAUSE)

    def _start(self, client: Mistral | SyncMistral, items: Sequence[Any], path: Path | None) -> Any:
        """Describe the bulk work."""
        kept: dict[str, Any] = {}
        if path is not None:
            told = ProgressFile(path, self.options.get("progress"))
            kept = {"checkpoint": path, "progress": told, "progress_every": self.options.get("progress_every", 1.0)}
        return getattr(client.bulk, self.method)(self.requests(items), **self.options | kept)

    def _client(self, kind: type[Any]) -> Any:
        """Return this process's client (Rule 1)."""
        key = (kind, self._identity, os.environ.get("MISTRAL_SERVER_URL"))
        return _clients.get(key) or _clients.setdefault(key, kind(self._api_key, **self._settings))

    def _path(self, items: Sequence[Any]) -> Path | None:
        """Return the path of a partition's checkpoint (Rule 3)."""
        if self.checkpoint is None:
            return None
        folder = Path(self.checkpoint)
        folder.mkdir(parents=True, exist_ok=True)
        held = repr((self.options.get("model"), items)).encode(errors="backslashreplace")
        return folder / f"{self.method}-{hashlib.blake2b(held, digest_size=16).hexdigest()}.sqlite"

    def requests(self, items: Sequence[Any]) -> Sequence[Any]:
        """Return what the method of `client.bulk` is given for the items."""
        return items

    def _checked(self, result: Result[Any]) -> Result[Any]:
        """Return a result; raise an error that all others would have as well (Rule 2)."""
        if isinstance(result, Err) and isinstance(result.error, ConfigurationError):
            if "no API key" not in str(result.error):
                raise result.error
            raise ConfigurationError(f"{result.error}. In a worker: {self.where_keys_go}") from result.error
        return result

    def cells(self, result: Result[Any] | None) -> tuple[Any, str | None, str | None]:
        """Return what stands in the columns of a result: its value, the class of its error, and the message of that."""
        match result:
            case None:
                return None, None, None
            case Err(error):
                return None, type(error).__name__, str(error)
            case _:
                return self.value(result.value), None, None


@atexit.register
def _close_clients() -> None:
    while _clients:
        _, client = _clients.popitem()
        if isinstance(client, SyncMistral):
            client.close()  # the connections of others end with their event loop


def as_cell(value: Any) -> Any:
    """Return a value as engines keep it: a vector or text as it is, the text of a chat, else JSON."""
    match value:
        case None | str() | Vector():
            return value
        case ChatCompletionResponse():
            return value.text
        case _:
            return json.dumps(value, default=_to_dict, ensure_ascii=False)


def _to_dict(value: Any) -> Any:
    return value.tolist() if isinstance(value, Vector) else value.to_dict()


def _present(items: Sequence[Any]) -> tuple[list[int], list[Any]]:
    """Return the places of the items that are not null, and these items as plain values."""
    plain = [_plain(item) for item in items]
    places = [place for place, item in enumerate(plain) if item is not None]
    return places, [plain[place] for place in places]


def _plain(item: Any) -> Any:
    """Return an item without the arrays and numbers of NumPy that engines make of its parts; None for null."""
    if hasattr(item, "tolist"):
        item = item.tolist()
    match item:
        case float() if math.isnan(item):
            return None
        case list() | tuple():
            return [_plain(each) for each in cast("list[Any]", item)]
        case dict():
            return {name: _plain(each) for name, each in cast("dict[str, Any]", item).items()}
        case _:
            return item


def _raise_lasting(error: CheckpointError) -> None:
    """Raise the error of a checkpoint, unless it is another worker's now (Rule 3)."""
    if not error.in_use:
        raise error
    _log.info("Another worker has this partition: %s", error)


def _several(given: Any) -> Sequence[Any]:
    """Return what was given, of which there may be several, or none."""
    if isinstance(given, (list, tuple)):
        return cast("Sequence[Any]", given)
    return [] if given is None else [given]


def _identity(*settings: Any) -> bytes:
    """Return what is equal for equal settings, in all processes."""
    try:
        return pickle.dumps(settings)
    except Exception:  # noqa: BLE001 - what a function or a class of the caller raises; engines have pickles of their own
        return uuid.uuid4().bytes
