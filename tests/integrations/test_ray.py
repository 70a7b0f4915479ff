"""Ray: batches in each of its formats, actors with and without an event loop, and errors that keep what they know."""

from __future__ import annotations

import os

import pytest

ray = pytest.importorskip("ray", reason="`nox -s engines` installs it")
fleet = pytest.importorskip("fleet")

import numpy as np  # noqa: E402 - of Ray

from mistral_async import RetryConfig, SyncMistral  # noqa: E402 - nothing is tested without Ray
from mistral_async.errors import APITimeoutError, ConfigurationError, RateLimitError  # noqa: E402 - the same
from mistral_async.integrations.ray import AsyncEmbed, Chat, Embed, sum_progress  # noqa: E402 - the same
from mistral_async.testing import FakeMistral  # noqa: E402 - the same

pytestmark = pytest.mark.filterwarnings("default")
SIZE = {"output_dimension": fleet.DIMENSION, "max_inputs_per_request": fleet.INPUTS}


@pytest.fixture(scope="module")
def account():
    with fleet.account() as account:
        os.environ["RAY_AUTH_MODE"] = "disabled"
        variables = {name: os.environ[name] for name in ("MISTRAL_SERVER_URL", "MISTRAL_API_KEY")}
        ray.init(
            num_cpus=2,
            object_store_memory=256 * 2**20,
            include_dashboard=False,
            runtime_env={"env_vars": variables | {"PYTHONPATH": os.pathsep.join(fleet.PATHS)}},
        )
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = context.print_on_execution_start = False
        try:
            yield account
        finally:
            ray.shutdown()


def embedded(texts, kind, *, batch_format="numpy", batch_size=512, **settings):
    rows = ray.data.from_items([{"text": text} for text in texts])
    return rows.map_batches(
        kind,
        fn_constructor_kwargs={**SIZE, **settings},
        batch_size=batch_size,
        batch_format=batch_format,
        compute=ray.data.ActorPoolStrategy(size=2),
        num_cpus=0,
    )


@pytest.mark.parametrize("kind", [Embed, AsyncEmbed])
def test_two_workers_keep_to_one_limit_and_use_it(account, kind):
    texts = fleet.texts()
    rows = embedded(texts, kind, limits=account.limits).take_all()
    assert sorted(row["text"] for row in rows) == sorted(texts)
    fleet.check_vectors(rows)
    account.check(texts)


@pytest.mark.parametrize("kind", [Embed, AsyncEmbed])
def test_a_killed_worker_pays_twice_what_was_in_flight(account, tmp_path, kind):
    texts = fleet.texts()
    killing = account.kill_one_at(len(texts) // fleet.INPUTS // 2)
    rows = embedded(texts, kind, limits=account.limits, checkpoint=tmp_path).take_all()
    assert not killing.is_alive()
    fleet.check_vectors(rows)
    account.check(texts, killed=1, batches=1 if kind is Embed else 4)
    progress = sum_progress(tmp_path, total=len(texts))
    assert (progress.done, progress.failed, progress.seconds_left) == (len(texts), 0, 0.0)


@pytest.mark.parametrize("batch_format", ["numpy", "pandas", "pyarrow"])
def test_a_failed_text_is_a_row_with_its_error(account, batch_format):
    texts = [f"text {n}" for n in range(6)]
    texts[4] = fleet.REFUSED
    rows = embedded(texts, Embed, batch_format=batch_format, batch_size=2).take_all()
    by_text = {row["text"]: row for row in rows}
    assert {text for text, row in by_text.items() if row["error_type"] is not None} == {fleet.REFUSED}
    assert by_text[fleet.REFUSED]["error_type"] == "TooManyInputsError"
    missing = by_text[fleet.REFUSED]["embedding"]
    assert missing is None or np.isnan(missing).all()
    fleet.check_vectors([row for text, row in by_text.items() if text != fleet.REFUSED])


def test_a_task_works_as_a_function_and_as_an_actor(account):
    assert len(ray.data.from_items([{"prompt": "a"}]).map_batches(Chat(model="mistral-small-latest")).take_all()) == 1
    actor = ray.remote(AsyncEmbed).options(num_cpus=0).remote(**SIZE)
    batch = {"text": np.array(["a", "b", "c"], dtype=object)}
    pieces = [ray.get(each) for each in actor.__call__.options(num_returns="streaming").remote(batch)]
    assert sorted(text for piece in pieces for text in piece["text"]) == ["a", "b", "c"]


def test_errors_keep_what_they_know(account):
    @ray.remote
    def refused():
        with FakeMistral(api_key=None) as server:
            server.fail(429, headers={"retry-after": "7"})
            SyncMistral("k", server_url=server.url, retry_config=RetryConfig(retries=0)).models.list()

    @ray.remote
    def late():
        error = APITimeoutError("too late")
        error.phase = "connect"
        raise error

    with pytest.raises(RateLimitError) as caught:
        ray.get(refused.remote())
    error = caught.value
    assert (error.status, error.status_code, error.retry_after, error.code) == (429, 429, 7.0, "1300")
    assert error.request_id
    assert [attempt.status for attempt in error.attempts] == [429]
    error.partial = "of its own"
    assert error.partial == "of its own"
    with pytest.raises(APITimeoutError) as caught:
        ray.get(late.remote())
    assert caught.value.phase == "connect"


def test_a_worker_without_a_key_says_how_to_give_it_one(account):
    @ray.remote(runtime_env={"env_vars": {"MISTRAL_API_KEY": ""}})
    def embed(task):
        return task({"text": np.array(["a"], dtype=object)})

    with pytest.raises(ConfigurationError, match="runtime_env"):
        ray.get(embed.remote(Embed()))
