"""Write everything in this folder that a test reads, with the version that is installed: `python write.py [FOLDER]`.

It was run with 0.1.0 of commit 24da6eb, before the private modules got their places. What is here is never written
again: a later version adds a folder of its own.
"""

# ruff: noqa: ASYNC240, T201 - a script: nothing waits meanwhile, and it says which version it has run

from __future__ import annotations

import base64
import json
import pickle
import shutil
import sqlite3
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from endpoint_values import ALL, needed, sent  # noqa: E402 - found by the line above
from written_before import theirs  # noqa: E402 - the same

import mistral_async  # noqa: E402 - the same
from mistral_async import Mistral, SQLiteStore, calls, compat  # noqa: E402 - the same
from mistral_async.errors import MistralError  # noqa: E402 - the same
from mistral_async.testing import Cut, FakeMistral, Reset, record  # noqa: E402 - the same

SMALL = {"model": "codestral-embed", "output_dimension": 16, "max_inputs_per_request": 5}
HI = [{"role": "user", "content": "hi"}]


def pickled(value: Any) -> dict[str, str]:
    """The value in the default protocol, and in one whose bytes are of another kind."""
    found = {protocol: pickle.dumps(value, protocol) for protocol in (2, 3, 4)}
    try:
        pickle.loads(found[2])
    except TypeError:
        del found[2]  # a Vector, of which no version can read what it writes in protocol 2
    else:
        del found[3]  # as 2
    return {str(protocol): base64.b64encode(data).decode() for protocol, data in found.items()}


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")


def write_values(folder: Path) -> None:
    everything = {**theirs.values(), **theirs.clients(), **theirs.tried()}
    write_json(folder / "values.json", {name: pickled(value) for name, value in everything.items()})
    requests = {}
    for name, describe in ALL.items():
        try:
            request = describe(**needed(name))
            data = pickle.dumps(request, 4)
        except (TypeError, AttributeError, pickle.PicklingError, ValueError):
            continue  # files, answers of one of several types, and types of the user can not be pickled
        requests[name] = [base64.b64encode(data).decode(), type(request).__name__, sent(request)]
    write_json(folder / "requests.json", requests)


@asynccontextmanager
async def served(**options: Any) -> AsyncIterator[tuple[FakeMistral, Mistral]]:
    async with (
        FakeMistral(**options) as server,
        Mistral("test-key", server_url=server.url, retry_config=theirs.QUICK) as client,
    ):
        yield server, client


async def meet_refusals(server: FakeMistral, client: Mistral, fails: Any, _: Path) -> None:
    never, once = client.with_options(retries=0), client.with_options(retries=1)

    def chat() -> Any:
        return never.chat.complete(model=theirs.MODEL, messages=HI)

    for status in (400, 401, 402, 403, 404, 408, 409, 413, 422):
        server.fail(status, operation="chat.complete")
        await fails(f"status {status}", chat)
    for status in (429, 500, 503):
        server.fail(status, operation="chat.complete", times=2, headers={"retry-after": "0"})
        await fails(f"status {status}", lambda: once.chat.complete(model=theirs.MODEL, messages=HI))
    await fails("no such model", lambda: client.chat.complete(model="no-such-model", messages=HI))
    server.reply("chat.complete", body=b"[]")
    await fails("not what the API promises", chat)
    official = compat.Mistral(server.api_key, server_url=server.url)
    server.fail(422, operation="chat.complete")
    await fails("official error", lambda: official.chat.complete_async(model=theirs.MODEL, messages=HI))


async def meet_broken_connections(server: FakeMistral, client: Mistral, fails: Any, _: Path) -> None:
    never = client.with_options(retries=0)

    async def read(stream: Any) -> None:
        async with stream as events:
            async for _ in events:
                pass

    server.fault(Reset(where="head"), operation="chat.complete")
    await fails("reset", lambda: never.chat.complete(model=theirs.MODEL, messages=HI))
    server.fault(Cut(after_events=3), operation="chat.stream")
    await fails("stream that broke", lambda: read(client.chat.stream(model=theirs.MODEL, messages=HI)))
    server.fault(Cut(after_events=3), operation="beta.conversations.start_stream")
    talk = client.beta.conversations.start_stream
    await fails("conversation that broke", lambda: read(talk(model=theirs.MODEL, inputs="hi")))
    nobody = Mistral("key", server_url="http://127.0.0.1:9", retry_config={"strategy": "none"})
    await fails("no connection", nobody.models.list)
    server.latency = 0.5
    await fails("too late", client.with_options(timeout=0.05, retries=0).models.list)


async def meet_bad_files(server: FakeMistral, client: Mistral, fails: Any, work: Path) -> None:
    await fails("not JSON Lines", lambda: client.files.upload(("a.jsonl", b"{\n"), "batch"))
    file = work / "changes.bin"
    file.write_bytes(b"a" * 10)
    call = calls.files.upload(file, "ocr")
    file.write_bytes(b"b" * 11)
    await fails("file that changed", lambda: client.send(call))
    kept = await client.files.upload(("a.txt", b"abc"), "ocr")
    wrong = "md5:" + "0" * 32
    await fails("wrong checksum", lambda: client.files.download(kept.id).save(work / "a.txt", checksum=wrong))
    server.reply("files.upload", json={"id": "f1", "bytes": 3, "size_bytes": 3})
    await fails("upload that is not whole", lambda: client.files.upload(("a.bin", b"abcd"), "ocr"))


async def meet_bad_outputs(server: FakeMistral, client: Mistral, fails: Any, _: Path) -> None:
    chat, asked = client.chat, {"model": theirs.MODEL}
    server.reply("chat.complete", json=theirs.asks_for_tools())
    await fails("too many steps", lambda: chat.run("?", tools=[theirs.list_files], max_steps=1, **asked))
    message = {"role": "assistant", "content": '{"name": "A'}
    choices = [{"index": 0, "finish_reason": "length", "message": message}]
    server.reply("chat.complete", json={**theirs.asks_for_tools(), "choices": choices})
    await fails("output that is cut", lambda: chat.parse(messages=HI, response_format=theirs.Person, **asked))


async def write_met(folder: Path, work: Path) -> None:
    """Answers and errors as they are met, and what must be told of them."""
    met: dict[str, Any] = {}

    async def fails(name: str, act: Any) -> None:
        try:
            await act()
        except MistralError as error:
            met[name] = {"pickles": pickled(error), "facts": theirs.facts_of(error)}
        else:
            raise AssertionError(f"{name} did not fail")

    for meet in (meet_refusals, meet_broken_connections, meet_bad_files, meet_bad_outputs):
        async with served() as (server, client):
            await meet(server, client, fails, work)
    async with served() as (server, client):
        server.fail(503, operation="chat.complete")
        response = await client.with_response.chat.complete(model=theirs.MODEL, messages=HI)
        unread = pickled(response)
        facts = theirs.facts_of(response)  # reading leaves in it what was put together for it
        met["response"] = {"pickles": unread, "facts": facts}
        met["response that was looked at"] = {"pickles": pickled(response), "facts": facts}
    write_json(folder / "met.json", met)


async def write_bulk(folder: Path, work: Path) -> None:
    facts: dict[str, Any] = {}
    texts = [f"text {number}" for number in range(20)]
    async with served() as (server, client):
        whole = await client.bulk.embed(texts, checkpoint=folder / "embed.sqlite", **SMALL)
        facts["vectors"] = [result.unwrap().tolist() for result in whole]
        facts["usage"] = [result.usage.total_tokens for result in whole]
        twice = [texts[number % 6] for number in range(12)]
        await client.bulk.embed(twice, checkpoint=folder / "dedupe.sqlite", dedupe=True, **SMALL)

        async with client.bulk.embed(texts, checkpoint=work / "killed.sqlite", concurrency=1, **SMALL) as results:
            async for result in results:
                if result.index == 11:
                    break
            for each in work.glob("killed.sqlite*"):
                shutil.copy(each, folder / each.name)  # what a process leaves that is killed now

        prompts = [f"prompt {number}" for number in range(12)]

        async with client.bulk.chat(
            prompts, model=theirs.MODEL, checkpoint=folder / "chat.sqlite", concurrency=2, temperature=0.5
        ) as results:
            async for result in results:
                if result.index == 4:
                    break

        server.fail(400, operation="chat.complete", times=2)
        some = await client.bulk.map(
            [theirs.ask(number) for number in range(5)], checkpoint=folder / "map.sqlite", concurrency=1
        )
        facts["failed"] = [result.index for result in some if not result.ok]
        facts["said"] = [result.value.choices[0].message.content if result.ok else None for result in some]
        judged = await client.bulk.moderate(["kill", HI], checkpoint=folder / "moderate.sqlite")
        facts["judged"] = [result.unwrap().to_dict() for result in judged]
    write_json(folder / "bulk.json", facts)


async def write_batch(folder: Path, work: Path) -> None:
    facts: dict[str, Any] = {}
    options = {"poll": theirs.POLL, "limits": theirs.LIMITS}
    async with served(batch_failures=0.3) as (_, client):
        path = folder / "finished.batch"
        async with client.batch.run(theirs.asked(), checkpoint=path, metadata={"team": "a"}, **options) as results:
            facts["first"] = sorted(result.index for result in [each async for each in results] if result.ok)
            await results.job.resubmit_failed()
            facts["handle"] = results.job.to_json()
        async with client.batch.run([theirs.ask(1), theirs.ask(2)], **{**options, "limits": None}) as results:
            [each async for each in results]
            facts["inline"] = results.job.to_json()

    async with served() as (_, client):
        path, copied = work / "killed.batch", []

        def killed(_: Any) -> None:
            if not copied:
                copied.append(1)
                for each in work.glob("*killed.batch*"):
                    target = folder / each.name.removeprefix(".").replace(".parts", "-parts")
                    shutil.copytree(each, target) if each.is_dir() else shutil.copy(each, target)

        await client.batch.start(theirs.asked(), checkpoint=path, concurrency=1, progress=killed, **options)
    (folder / "killed.batch.lock").unlink(missing_ok=True)
    write_json(folder / "batch.json", facts)


async def write_rest(folder: Path, work: Path) -> None:
    facts: dict[str, Any] = {}
    async with served() as (server, client):
        server.reply("chat.complete", json=theirs.asks_for_tools())
        run = await client.chat.run("?", model=theirs.MODEL, tools=[theirs.delete_file, theirs.list_files])
        (folder / "deferred.json").write_bytes(run.deferred.to_json() + b"\n")
        facts["deferred"] = pickled(run.deferred)
        facts["run"] = pickled(run)

        talk = theirs.tools.Conversation(system="be kind").user([theirs.models.TextChunk("hi")])
        talk.add(await client.chat.complete(model=theirs.MODEL, messages=talk))
        talk.messages.append(mistral_async.Unknown(role="oracle", content="soon"))
        talk.save(folder / "conversation.json")

        async with Mistral(
            server.api_key, server_url=server.url, transport=record(folder / "cassette.jsonl")
        ) as recorded:
            await recorded.chat.complete(model=theirs.MODEL, messages=HI)
            async with recorded.chat.stream(model=theirs.MODEL, messages=HI) as stream:
                facts["streamed"] = (await stream.get_final_response()).choices[0].message.content
            embedded = await recorded.embeddings.create(model="codestral-embed", inputs=["a"], output_dimension=16)
            facts["embedded"] = list(embedded.data[0].embedding)
            sent_file = await recorded.files.upload(("a.txt", b"abc \xff"), "ocr")
            facts["downloaded"] = base64.b64encode(await recorded.files.download(sent_file.id)).decode()

        server.reply("files.download", body=theirs.DATA, headers={"etag": '"first"'})
        server.fault(Cut(after_bytes=4000), operation="files.download")
        try:
            await client.with_options(retries=0).files.download("file-1").save(work / "big.bin", resume=True)
        except MistralError:
            pass
        (part,) = work.glob(".big.bin.*.part")
        facts["part"] = part.name
        shutil.copy(part, folder / "big.part")

        store = SQLiteStore(work / "limits.sqlite")
        limits = mistral_async.RateLimits(
            requests_per_minute=60,
            tokens_per_minute=50_000,
            models={theirs.MODEL: mistral_async.RateLimits(requests_per_second=1, burst=3)},
            store=store,
        )
        async with Mistral(server.api_key, server_url=server.url, rate_limits=limits) as limited:
            await limited.chat.complete(model=theirs.MODEL, messages=HI)
            await limited.chat.complete(model=theirs.MODEL, messages=HI)
            await limited.models.list()
            await limited.embeddings.create(model="mistral-embed", inputs=["a"])
        store.close()
        shutil.copy(work / "limits.sqlite", folder / "limits.sqlite")
        facts["monotonic"] = time.monotonic()
        with sqlite3.connect(folder / "limits.sqlite") as database:
            facts["limits"] = [row[0] for row in database.execute("SELECT key FROM mistral_async_limits ORDER BY key")]
        database.close()
    write_json(folder / "rest.json", facts)


async def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    write_values(folder)
    for write in (write_met, write_bulk, write_batch, write_rest):
        with tempfile.TemporaryDirectory() as work:
            await write(folder, Path(work))


if __name__ == "__main__":
    warnings.simplefilter("error")
    print(mistral_async.__file__)
    anyio.run(main, Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "by_0_1_0")
