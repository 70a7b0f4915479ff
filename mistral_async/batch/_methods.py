"""The methods whose blocking form is another class: what each face of a client makes of them."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from mistral_async._binding.arguments import expand, reject
from mistral_async._binding.async_executor import AsyncExecutor
from mistral_async._binding.resource import Async, Resource, Sync

if TYPE_CHECKING:
    from mistral_async._binding.sync_executor import SyncExecutor
    from mistral_async.batch._blocking import SyncBatchResults
    from mistral_async.batch._handle import BatchHandle
    from mistral_async.batch._opening import Fresh
    from mistral_async.batch._results import BatchResults

P = ParamSpec("P")
T = TypeVar("T")


class ReadingMethod(Generic[P, T]):
    """A method that gives results, for the asynchronous and the blocking executor."""

    def __init__(self, function: Callable[..., BatchResults[T]]) -> None:
        self.function = function

        def perform(resource: Resource[Any], executor: Any, args: Any, kwargs: Any) -> Any:
            return results_on(executor, function(resource, *args, **kwargs))

        self.method: Callable[..., Any] = _method(function, perform)
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, instance: Resource[Async], owner: Any) -> Callable[P, BatchResults[T]]: ...
    @overload
    def __get__(self, instance: Resource[Sync], owner: Any) -> Callable[P, SyncBatchResults[T]]: ...
    @overload
    def __get__(self, instance: None, owner: Any) -> ReadingMethod[P, T]: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        return self if instance is None else types.MethodType(self.method, instance)


class StartingMethod(Generic[P, T]):
    """A method that starts jobs and gives their handle, for the asynchronous and the blocking executor."""

    def __init__(self, function: Callable[..., Fresh[T]]) -> None:
        self.function = function

        def perform(resource: Resource[Any], executor: Any, args: Any, kwargs: Any) -> Any:
            opening = function(resource, *args, **kwargs)
            return _start(executor, opening) if isinstance(executor, AsyncExecutor) else _start_now(executor, opening)

        self.method: Callable[..., Any] = _method(function, perform)
        self.__doc__ = function.__doc__

    @overload
    def __get__(
        self, instance: Resource[Async], owner: Any
    ) -> Callable[P, Coroutine[Any, Any, BatchHandle[Async, T]]]: ...
    @overload
    def __get__(self, instance: Resource[Sync], owner: Any) -> Callable[P, BatchHandle[Sync, T]]: ...
    @overload
    def __get__(self, instance: None, owner: Any) -> StartingMethod[P, T]: ...
    def __get__(self, instance: Any, owner: Any) -> Any:
        return self if instance is None else types.MethodType(self.method, instance)


def _method(function: Callable[..., Any], perform: Callable[..., Any]) -> Callable[..., Any]:
    """The method users call: it refuses misspelt options and shows every option in its signature."""
    signature = expand(function)
    names = frozenset(list(signature.parameters)[1:])

    @functools.wraps(function)
    def method(self: Resource[Any], /, *args: Any, **kwargs: Any) -> Any:
        if not kwargs.keys() <= names:
            reject(function, kwargs)
        executor: Any = self._executor
        resource = self._with_executor(AsyncExecutor(executor.engine))
        return perform(resource, executor, args, kwargs)

    vars(method)["__signature__"] = signature  # where `inspect.signature` and `help` look
    return method


def results_on(executor: Any, results: BatchResults[T]) -> Any:
    """The form that results have on a executor."""
    if isinstance(executor, AsyncExecutor):
        return results
    from mistral_async.batch._blocking import SyncBatchResults

    return SyncBatchResults(executor, results)


async def _start(executor: AsyncExecutor, opening: Fresh[T]) -> BatchHandle[Async, T]:
    from mistral_async.batch._handle import BatchHandle

    return BatchHandle(executor, await opening.start())


def _start_now(executor: SyncExecutor, opening: Fresh[T]) -> BatchHandle[Sync, T]:
    from mistral_async.batch._handle import BatchHandle

    opening.prepare()
    return BatchHandle(executor, executor.portal.run(opening.start))


def reading(function: Callable[Concatenate[Any, P], BatchResults[T]]) -> ReadingMethod[P, T]:
    """Make a method that gives results, written once over the asynchronous resource."""
    return ReadingMethod(function)


def starting(function: Callable[Concatenate[Any, P], Fresh[T]]) -> StartingMethod[P, T]:
    """Make a method that starts jobs, which describes what is to be started."""
    return StartingMethod(function)
