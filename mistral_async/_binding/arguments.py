"""What an endpoint accepts: its whole signature to look at, misspelt options and wrong types refused before any I/O."""

from __future__ import annotations

import collections.abc
import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

import msgspec
from typing_extensions import Unpack, is_typeddict

from mistral_async._codec.json_types import is_array, is_mapping, is_object
from mistral_async._codec.plain import plain_argument

Fits = Callable[[Any], bool]


def place_of(error: BaseException) -> tuple[str | int, ...] | None:
    """Return the argument that an error is about, and the place of the item in it; None for any other error."""
    return vars(error).get("place") if type(error) is TypeError else None


def _wrong_type(function: Callable[..., Any], problem: str, *place: str | int) -> TypeError:
    error = TypeError(f"{function.__qualname__}(): {problem}")
    vars(error)["place"] = place
    return error


class _Source(str):
    """An annotation as it is written, shown without quotes."""

    __slots__ = ()

    __repr__ = str.__str__


def expand(function: Callable[..., Any]) -> inspect.Signature:
    """Return the signature with each key of `**options: Unpack[SomeOptions]` as a keyword argument of its own."""
    signature = inspect.signature(function)
    parameters: list[inspect.Parameter] = []
    for each in signature.parameters.values():
        if each.kind is inspect.Parameter.VAR_KEYWORD:
            parameters += [
                inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_written(written))
                for key, written in _unpacked(function, each).__annotations__.items()
            ]
        else:
            parameters.append(each.replace(annotation=_written(each.annotation)))
    return signature.replace(parameters=parameters, return_annotation=_written(signature.return_annotation))


def as_coroutine_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a copy of a function that gives coroutines: `inspect` and mocks take it for a coroutine function.

    Unlike one around it, it costs a call nothing. The mark of `inspect` is none: `functools.wraps` hands it on.
    """
    given: Any = function
    code = given.__code__.replace(co_flags=given.__code__.co_flags | inspect.CO_COROUTINE)
    made: Any = types.FunctionType(code, given.__globals__, given.__name__, None, given.__closure__)
    made.__qualname__, made.__module__, made.__doc__ = given.__qualname__, given.__module__, given.__doc__
    made.__annotations__, made.__dict__ = given.__annotations__, {**vars(given)}
    return cast("Callable[..., Any]", made)


def options_of(function: Callable[..., Any]) -> Any:
    """Return the `TypedDict` whose keys a function takes as options; None if it takes none."""
    for each in inspect.signature(function).parameters.values():
        if each.kind is inspect.Parameter.VAR_KEYWORD:
            return _unpacked(function, each)
    return None


def _unpacked(function: Callable[..., Any], parameter: inspect.Parameter) -> Any:
    return function.__globals__[str(parameter.annotation).removeprefix("Unpack[").removesuffix("]")]


def _written(annotation: Any) -> Any:
    if isinstance(annotation, typing.ForwardRef):
        return _Source(annotation.__forward_arg__)
    return _Source(annotation) if isinstance(annotation, str) else annotation


def bind(function: Callable[..., Any], signature: inspect.Signature, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """Return the arguments but `self` by their names; the TypeError of a call that does not fit names the method."""
    try:
        return dict(list(signature.bind(None, *args, **kwargs).arguments.items())[1:])
    except TypeError as error:
        needed = [
            each.name
            for each in signature.parameters.values()
            if each.kind is inspect.Parameter.KEYWORD_ONLY and each.default is inspect.Parameter.empty
        ]
        by_name = ", ".join(f"{name}=..." for name in needed or list(signature.parameters)[1:])
        called = f"{function.__qualname__}({by_name})"
        raise TypeError(f"{function.__qualname__}(): {error}: call it by keyword, as {called}") from None


def validator(function: Callable[..., Any]) -> Callable[[Mapping[str, Any]], dict[str, Any] | None]:
    """Compile the annotations into a check of the arguments given; it returns those that it completed, if any."""
    hints = typing.get_type_hints(function, include_extras=True)
    hints.pop("return", None)
    for name, hint in list(hints.items()):
        if get_origin(hint) is Unpack:
            del hints[name]
            hints |= typing.get_type_hints(get_args(hint)[0], include_extras=True)
    fits = {name: _fits(hint) for name, hint in hints.items()}
    plain = {name: each for name, hint in hints.items() for each in _options(hint) if each in _PLAIN}.get
    signature = expand(function)
    written = {name: str(each.annotation) for name, each in signature.parameters.items()}
    known = fits.get
    needed = {
        name
        for name, each in signature.parameters.items()
        if each.default is inspect.Parameter.empty and name in fits and not fits[name](None)
    }

    def check(given: Mapping[str, Any]) -> dict[str, Any] | None:
        completed: dict[str, Any] | None = None
        for name, value in given.items():
            if value.__class__ is plain(name):  # nearly all scalars: they need no call
                continue
            if value is None:
                if name in needed:
                    raise _wrong_type(function, f"{name} must be {written[name]}, not None", name)
            elif (fit := known(name)) is not None and not fit(value):
                taken = _tagged(plain_argument(value), hints[name])
                if not fit(taken):
                    shown = value if is_array(value) or not is_array(taken) else taken
                    raise _wrong_type(function, *_complain(name, shown, hints[name], written[name]))
                completed = {**(completed or {}), name: taken}
        return completed

    return check


def _tagged(value: Any, hint: Any) -> Any:
    """Add the `type` to dicts that leave it out, as the API and the official SDK take them."""
    for each in _options(hint):
        if is_mapping(value) and hasattr(each, "variants"):
            value = each.variants.tagged(value)
    for item_hint in _item_hints(hint) if is_array(value) else ():
        value = [_tagged(item, item_hint) for item in value]
    return value


def _complain(name: str, value: Any, hint: Any, written: str) -> Sequence[Any]:
    """Say what is wrong, down to the first item of a list that is, and in which place."""
    wanted = written.removesuffix(" | None")
    for item_hint in _item_hints(hint) if is_array(value) else ():
        item_fits = _fits(item_hint)
        for index, item in enumerate(value):
            if not item_fits(item):
                return f"{name} must be {wanted}, but {name}[{index}] is {_show(item, item_hint)}", name, index
    return f"{name} must be {wanted}, not {_show(value, hint)}", name


def _options(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if _is_union(hint) else (hint,)


def _item_hints(hint: Any) -> list[Any]:
    return [get_args(each)[0] for each in _options(hint) if _is_sequence(get_origin(each)) and get_args(each)]


def _show(value: Any, hint: Any) -> str:
    """Name the type, never the value; of a dict its keys, and the one that it lacks."""
    if not is_object(value):
        return type(value).__name__
    lacking = [each.variants.key for each in _options(hint) if hasattr(each, "variants")]
    without = f"without {lacking[0]!r}, " if lacking and lacking[0] not in value else ""
    return f"a dict {without}with the keys {sorted(map(str, value))}"


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in {Union, types.UnionType}


def _is_sequence(origin: Any) -> bool:
    return isinstance(origin, type) and issubclass(origin, collections.abc.Iterable) and not issubclass(origin, Mapping)


_PLAIN = {str, int, float, bool}

_SCALARS: dict[Any, Fits] = {
    Any: lambda _: True,
    object: lambda _: True,
    None: lambda value: value is None,
    type(None): lambda value: value is None,
    bool: lambda value: isinstance(value, bool),
    int: lambda value: isinstance(value, int) and not isinstance(value, bool),
    float: lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    str: lambda value: isinstance(value, str),
    bytes: lambda value: isinstance(value, (bytes, bytearray, memoryview)),
}


def _fits(hint: Any) -> Fits:  # noqa: PLR0911 - one line for each kind of annotation
    """Compile one annotation; what can not be checked fits."""
    if hint in _SCALARS:
        return _SCALARS[hint]
    origin, args = get_origin(hint), get_args(hint)
    if _is_union(hint):
        return _any_of([_fits(each) for each in _alternatives(hint)])
    if origin is Literal:
        return lambda value: isinstance(value, (str, int, bool)) and value in args
    if origin is Annotated:
        return _fits(args[0])
    if hasattr(hint, "variants"):
        return _fits_open(hint)
    if is_typeddict(hint) or (isinstance(hint, type) and issubclass(hint, msgspec.Struct)):
        return _instance_or_mapping(hint)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _all_values(_fits(args[1])) if args else lambda value: isinstance(value, Mapping)
    if origin in _ITEMS and args:
        return _all_items(origin, args[0])
    return _instance(origin or hint)


_ITEMS = {list, collections.abc.Sequence, collections.abc.Collection, collections.abc.Iterable}


def _alternatives(hint: Any) -> list[Any]:
    """Return what a hint allows: beside an open union no mapping, since a dict has to have the tag."""
    options = _options(hint)
    tagged = any(hasattr(each, "variants") for each in options)
    return [each for each in options if not (tagged and get_origin(each) is collections.abc.Mapping)]


def _any_of(options: list[Fits]) -> Fits:
    first, *rest = options
    if not rest:
        return first
    second = _any_of(rest)
    return lambda value: first(value) or second(value)


def _fits_open(hint: Any) -> Fits:
    """Accept one of the Structs, an `Unknown`, a dict with their tag, or a scalar that the union names."""
    members, key = hint.variants.members, hint.variants.key
    scalars = [_SCALARS[each] for each in get_args(hint.union) if each in _SCALARS]

    def fits(value: Any) -> bool:
        if isinstance(value, dict):  # before all else: most are, and asking for a Mapping is slow
            return key is None or key in value
        if isinstance(value, members):
            return True
        if isinstance(value, Mapping):
            return key is None or key in value
        return any(scalar(value) for scalar in scalars)

    return fits


def _instance_or_mapping(hint: Any) -> Fits:
    if is_typeddict(hint):
        return lambda value: isinstance(value, Mapping)
    return lambda value: isinstance(value, (hint, Mapping))


def _all_values(fits: Fits) -> Fits:
    return lambda value: is_mapping(value) and all(map(fits, value.values()))


def _all_items(origin: type, hint: Any) -> Fits:
    kind = collections.abc.Sequence if origin is list else origin
    fits, common = _fits(hint), _common(hint)

    def check(value: Any) -> bool:
        if isinstance(value, (list, tuple)):
            items: Any = value  # pyright: ignore[reportUnknownVariableType] - a `cast` is a call, for every call
            return common(items) or all(map(fits, items))
        return isinstance(value, kind) and not isinstance(value, (str, bytes, bytearray, Mapping))

    return check


def _common(hint: Any) -> Callable[[Sequence[Any]], bool]:
    """Recognize what nearly all lists are without a call for each item: strings, or dicts with the union's tag."""
    if hint is str:
        return lambda items: set(map(type, items)) == {str}
    tagged = [each for each in _alternatives(hint) if hasattr(each, "variants")]
    if not tagged:
        return lambda _: False
    key = tagged[0].variants.key

    def common(items: Sequence[Any]) -> bool:
        for each in items:
            if type(each) is dict and (key is None or key in each):
                continue
            return False
        return True

    return common


def _instance(hint: Any) -> Fits:
    if not isinstance(hint, type) or getattr(hint, "_is_protocol", False) or hint.__module__ == "typing":
        return lambda _: True
    return lambda value: isinstance(value, hint)
