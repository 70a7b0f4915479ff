"""What reads bytes of others takes time in proportion to them: every regular expression, and every reader that loops.

The parsers of answers, events, redaction, arguments and partial JSON have tests of their own that say so
(`http/h1/test_parser.py`, `codec/test_sse.py`, `codec/test_redact.py`, `tools/test_arguments.py`,
`structured/test_scanner.py`, `results/test_accumulate.py`); here are all patterns, and the other readers.
"""

from __future__ import annotations

import ast
import gc
import importlib
import itertools
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

import mistral_async
from mistral_async import errors
from mistral_async._codec.headers import Headers
from mistral_async._codec.json_lines import LineDecoder
from mistral_async._codec.large import decode_large
from mistral_async._codec.open_union import LenientDecodeError, decode
from mistral_async._codec.rate_limit_headers import parse_rate_limits
from mistral_async._codec.sse import EventDecoder, EventTooLargeError
from mistral_async._codec.surrogates import SurrogateJoiner
from mistral_async._codec.unread import unread
from mistral_async._codec.wav import WavError, WavParser
from mistral_async._http.h1.content_coding import decoder_for
from mistral_async._http.protocol import WireError
from mistral_async._results.save import _header_digests
from mistral_async._results.stream import accumulate
from mistral_async._uploads.jsonl import JSONLError, LineChecker
from mistral_async.batch._lines import LineSplitter
from mistral_async.models.chat import ChatCompletionResponse, CompletionChunk
from mistral_async.models.conversation_events import ConversationEvents

PACKAGE = Path(mistral_async.__file__).parent
REFUSED = (
    LenientDecodeError,
    msgspec.DecodeError,
    UnicodeDecodeError,
    RecursionError,
    EventTooLargeError,
    JSONLError,
    WavError,
    WireError,
)


def seconds(work: Callable[[], object]) -> float:
    gc.disable()  # its time depends on what else there is
    since = time.thread_time()
    with suppress(*REFUSED):
        work()
    spent = time.thread_time() - since
    gc.enable()
    return spent


def check_is_linear(work: Callable[[int], Callable[[], object]], size: int) -> None:
    """Four times the input takes four times as long, and not sixteen: once in five tries, on a busy machine."""
    ratio = 0.0
    for _ in range(5):
        less, more = (min(seconds(work(n)) for _ in range(3)) for n in (size, 4 * size))
        ratio = more / less if more > 0.002 else 0.0
        if ratio <= 6:
            return
    pytest.fail(f"four times the input took {ratio:.1f} times as long")


# Patterns

# Those that are no constants of a module: what is matched.
INLINE = {
    "_http/h1/known_head.py __init__": "in http/h1/test_parser.py",
    "_http/h1/known_head.py _expression": "in http/h1/test_parser.py",
    "_http/proxy.py environment_proxy": "NO_PROXY, which is the user's",
    "_codec/proxy_status.py status_code": "three characters",
    "_codec/redact.py _escaped_form": "in codec/test_redact.py",
    "_codec/redact.py _character": "escapes a character of the key",
    "_codec/redact.py _byte": "escapes a byte of the key",
    "_codec/large.py _item_end": "below, in a large answer",
    "_codec/json_schema/metadata.py _is_pattern": "a pattern of the user, which is not matched",
    "integrations/redaction.py DEFAULT_PII_SECRET_PATTERNS": "in integrations/test_redaction.py",
    "resources/batch_jobs.py _fields": "an option of the user",
    "tools/_mcp.py title": "the URL of the user",
    "tools/_sendable_calls.py _mapped_function": "one character at a time",
}
BEGINNINGS = {  # without which a pattern matches nothing
    "_STATUS_LINE": "HTTP/1.1 200 ",
    "_CHUNK_SIZE": "1;",
    "FIELDS": "a:",
    "_FOLD": "a",
    "_KEEP_ALIVE": "timeout=",
    "_RANGE": "bytes 1-2/",
    "_DIGESTS": "sha-256=",
    "_NAMED_INPUT": "input id 1",
    "_PREFIX": "x-ratelimit-",
    "_WINDOW": "limit-req-5-",
    "_FIELD": "limit-",
    "_STRING_OR_COMMA": '"',
    "_ESCAPE": "\\ud83d",
    "_START": '[{"',
    "_REGULAR_START": "data: {",
    "_MEDIA_TYPE": "a/",
    "_CONTEXT": "a.Context[",
    "_PAIR": '"a":"b","c":',
}
METHODS = ("match", "fullmatch", "search", "findall", "finditer", "sub", "split")


def calls_of_re() -> Iterator[tuple[str, str]]:
    """Yield each use of `re` in the package: the file and the constant of the module, or the function."""
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(PACKAGE).as_posix()
        if file.startswith(("testing/", "demo/")):
            continue
        text = path.read_text(encoding="utf-8")
        if not re.search(r"\b(?:re\.\w+|lazy_pattern)\(", text):
            continue
        for statement in ast.parse(text).body:
            for function, node in _calls(statement, ""):
                if file != "_lazy.py" and ast.unparse(node.func).startswith(("re.", "lazy_pattern")):
                    yield file, function or _assigned(statement)


def _calls(node: ast.AST, function: str) -> Iterator[tuple[str, ast.Call]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        function = node.name
    if isinstance(node, ast.Call):
        yield function, node
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, function)


def _assigned(statement: ast.stmt) -> str:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return ""


def patterns() -> dict[str, tuple[re.Pattern[Any], set[str]]]:
    """Return the constants of modules that are patterns, each with its methods that are called."""
    found = {}
    calls = defaultdict(set)
    for path in PACKAGE.rglob("*.py"):
        for name, method in re.findall(r"\b(\w+)\.(\w+)\(", path.read_text(encoding="utf-8")):
            calls[name].add(method)
    for file, name in calls_of_re():
        module = importlib.import_module("mistral_async." + file.removesuffix(".py").replace("/", "."))
        value = getattr(module, name, None)
        if hasattr(value, "fullmatch"):
            found[f"{file} {name}"] = value, calls[name] & set(METHODS) or {"match"}  # it is handed to a function
        elif isinstance(getattr(value, "__self__", None), re.Pattern):
            found[f"{file} {name}"] = value.__self__, {value.__name__}
    return found


PATTERNS = patterns()


def test_every_pattern_is_tested():
    assert {f"{file} {name}" for file, name in calls_of_re()} == PATTERNS.keys() | INLINE.keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", PATTERNS)
def test_four_times_the_text_takes_a_pattern_four_times_as_long(name):
    """Text of each of its characters, of each two of them, and of what else stands in headers and JSON."""
    pattern, methods = PATTERNS[name]
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    characters = list(dict.fromkeys(each for each in source + ' a0\t\r\n,"\\' if each not in "[](){}?*+|^$<!:-"))[:16]
    units = [*characters, *(a + b for a, b in itertools.permutations(characters, 2))]
    beginning = BEGINNINGS.get(name.split()[-1], "")

    def work(unit: str, end: str, method: str, size: int) -> Callable[[], object]:
        text: Any = beginning + unit * (size // len(unit)) + end
        if isinstance(pattern.pattern, bytes):
            text = text.encode("latin-1", "replace")
        call = getattr(pattern, method)
        match method:
            case "sub":
                return lambda: call(text[:0], text)
            case "finditer":
                return lambda: deque(call(text), maxlen=0)
        return lambda: call(text)

    for unit, end, method in itertools.product(units, ("\0", ""), methods):
        if seconds(work(unit, end, method, 8_000)) > 0.003:  # what is quadratic takes longer
            check_is_linear(lambda n, each=(unit, end, method): work(*each, n), 2_000)


# Readers


def pieces(data: bytes, size: int = 1000) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def feed(reader: Any, data: bytes, close: str = "") -> None:
    for piece in pieces(data):
        reader.feed(piece)
    if close:
        getattr(reader, close)()


def at_once(work: Any, *, splits: bool = False) -> object:
    """Run a coroutine whose only waits are turns of others, in pieces that are small beside the answers here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mistral_async._codec.large._PIECE", 2_000)
        patch.setattr("mistral_async._codec.large._FAR", 8_000)
        patch.setattr("mistral_async._codec.large.pause", _pause)
        patch.setattr("mistral_async._codec.json_split._PIECE", 2_000)
        patch.setattr("mistral_async._codec.json_split._PASS", 0 if splits else 1)
        patch.setattr("mistral_async._codec.json_split.pause", _pause)
        try:
            work.send(None)
        except StopIteration as end:
            return end.value
    raise AssertionError


async def _pause() -> None:
    pass


def in_chat(text: bytes, end: bytes = b'"}}]}') -> bytes:
    return b'{"id": "1", "choices": [{"message": {"role": "assistant", "content": "' + text + end


READERS: dict[str, tuple[Callable[[bytes], object], list[bytes], int]] = {
    # the reader of bytes, what they are made of, and how many of that
    "an answer": (
        lambda data: decode(in_chat(data), ChatCompletionResponse),
        [b"a", b"\\\\", b"\\ud83d", b"\x01", b'"', b'","b":"', b'"},{"a":"', b"\xff"],
        20_000,
    ),
    "an answer of numbers": (
        lambda data: decode(b'{"choices": [' + data + b"1]}", ChatCompletionResponse),
        [b"1,", b"NaN,", b"1e999,", b"[],", b"{},", b"9" * 5000 + b",", b"[1,NaN],"],
        500,
    ),
    "a large answer": (
        lambda data: at_once(decode_large(b'{"choices": [' + data + b"{}]}", ChatCompletionResponse)),
        [b"{},", b'{"a":[]},', b'{"message":{"content":"a"}},', b" ", b'"a",', b'{"":{"":"}"}},', b"[[],[]],"],
        5_000,
    ),
    "a large answer that is split": (
        lambda data: at_once(decode_large(b'{"choices": [' + data + b"{}]}", ChatCompletionResponse), splits=True),
        [b'{"a":[]},', b'{"message":{"content":"\\n"}},', b" ", b'{"a":"\\""},', b"[[],[]],"],
        5_000,
    ),
    "fields that are not read": (
        lambda data: unread(b'{"' + data + b'": 1}', ChatCompletionResponse),
        [b"a", b'":1,"b', b'": {"a": 1}, "'],
        5_000,
    ),
    "places of fields that are not read": (
        lambda data: unread(b'{"metadata": {"' + b"k" * len(data) + b'": [' + data + b"0]}}", Notes),
        [b"0,", b"{},", b"[],"],
        5_000,
    ),
    "an error": (
        lambda data: errors.from_response(400, Headers([]), data, route="POST /v1/x"),
        [b"a", b"{", b'{"detail":', b" ", b"\n", b'"', b"\\", b"<p>", b"\xff"],
        20_000,
    ),
    "details of an error": (
        lambda data: errors.from_response(422, Headers([]), b'{"detail": [' + data + b"1]}", route="POST /v1/x"),
        [b"1,", b'{"loc":["a"],"msg":"b"},', b'{"msg":{"msg":"a"}},', b"[],"],
        5_000,
    ),
    "an error in a stream": (
        lambda data: errors.from_event(data, route="POST /v1/x", request_id=None),
        [b"a", b"{", b" ", b'"', b"\n"],
        20_000,
    ),
    "headers of rate limits": (
        lambda data: parse_rate_limits([(b"x-ratelimit-" + data, b"1"), (b"x-ratelimit-limit-req-minute", data)]),
        [b"limit-", b"remaining-", b"5-", b"minute-", b"-", b"1", b"req-minute-", b" "],
        2_000,
    ),
    "many headers of rate limits": (
        lambda data: parse_rate_limits([(b"x-ratelimit-%d-remaining" % n, b"1") for n in range(len(data))]),
        [b"."],
        5_000,
    ),
    "a wait that is asked for": (
        lambda data: Headers([(b"retry-after", data), (b"retry-after-ms", data), (b"date", data)]).retry_after,
        [b"1", b" ", b"Wed, ", b"1 Oct ", b":", b"-", b"(", b"GMT"],
        5_000,
    ),
    "digests": (
        lambda data: list(_header_digests(Headers([(b"repr-digest", data), (b"digest", data)]))),
        [b"sha-256=:", b"a=", b",", b"=", b":", b"a", b"SHA-", b" ", b"sha-256=:YQ==:,"],
        10_000,
    ),
    "content codings": (decoder_for, [b"gzip,", b",", b" ", b"identity,", b"x-"], 20_000),
    "irregular events": (
        lambda data: feed(EventDecoder(), b"\r" + data, "close"),
        [
            b"\r",
            b"\n\r",
            b"a:\n",
            b":\n",
            b"data\r\n",
            b"data: a\r",
            b"id\n\n",
            b"event: x\n",
            b"retry: 1\n",
            b": c\n\n",
        ],
        5_000,
    ),
    "half characters": (
        lambda data: [joiner.join(each) for joiner in [SurrogateJoiner()] for each in pieces(data, 60_000)],
        [rb'"\ud83d"', rb'"\ude00"', b"\\", rb"\ud83d", rb"\ude00"],
        20_000,
    ),
    "half characters that wait": (
        lambda data: [joiner.join(each) for joiner in [SurrogateJoiner()] for each in in_halves(data)],
        [b'"'],
        20_000,
    ),
    "lines of JSON": (lambda data: feed(LineDecoder(), data, "close"), [b"\n", b"a", b"a\n", b"\r\n", b" "], 50_000),
    "lines of a batch": (lambda data: feed(LineSplitter(), data, "close"), [b"\n", b"a", b"a\n", b" \n"], 50_000),
    "lines that are uploaded": (
        lambda data: feed(LineChecker("batch"), data, "close"),
        [b"\n", b'{"body":{}}\n', b" ", b'{"body":{}', b'{"custom_id":"a","body":{}}\n'],
        10_000,
    ),
    "the header of a WAV file": (
        lambda data: feed(WavParser(), b"RIFF\0\0\0\0WAVE" + data),
        [b"JUNK\0\0\0\0", b"LIST\xff\x7f\0\0" + bytes(0x8000)],
        5_000,
    ),
    "fragments of arguments in a conversation": (
        lambda data: conversation("function.call.delta", "arguments", data),
        [b"a" * 100],
        40_000,
    ),
    "fragments of a message in a conversation": (
        lambda data: conversation("message.output.delta", "content", data),
        [b"a" * 100],
        40_000,
    ),
    "fragments of thinking": (
        lambda data: accumulate(
            [
                msgspec.convert({"choices": [{"index": 0, "delta": {"content": part}}]}, CompletionChunk)
                for text in (piece.decode() for piece in pieces(data, 100))
                for part in (text, [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}])
            ]
        ).response(),
        [b"a" * 100],
        1_000,
    ),
}


class Notes(msgspec.Struct):
    """An object with keys that a server makes up."""

    metadata: dict[str, Any] = {}


def in_halves(data: bytes) -> list[bytes]:
    """Return events of as many first halves of characters, and then of as many second ones."""
    events = len(data) // 4000
    return [rb'"\ud83d"' * 4000] * events + [rb'"\ude00"' * 4000] * events


def conversation(kind: str, field: str, data: bytes) -> object:
    event = {"type": kind, "id": "1", "tool_call_id": "2", "name": "f"}
    events = [decode(b'{"type": "conversation.response.started"}', ConversationEvents)]
    events += [
        decode(msgspec.json.encode(event | {field: each.decode()}), ConversationEvents) for each in pieces(data, 100)
    ]
    return accumulate(events).response()


@pytest.mark.parametrize("reader", READERS)
def test_four_times_the_bytes_take_a_reader_four_times_as_long(reader):
    read, units, count = READERS[reader]
    for unit in units:
        with suppress(*REFUSED):
            read(unit * 2)  # all is loaded
        check_is_linear(lambda n, data=unit: lambda given=data * n: read(given), max(1, count // (1 + len(unit) // 8)))
