"""Tasks of Celery, for tests/integrations/test_celery.py: `celery -A celery_app worker`."""

from __future__ import annotations

import os

import fleet
from celery import Celery

from mistral_async import RateLimits, RedisStore
from mistral_async.integrations.workers import Embed

REDIS = os.environ["TEST_REDIS"]

app = Celery("embeddings", broker=REDIS, backend=REDIS)
app.conf.update(result_serializer="pickle", accept_content=["json", "pickle"])
embed = Embed(
    limits=RateLimits(requests_per_second=fleet.RATE, burst=fleet.BURST, store=RedisStore(REDIS)),
    checkpoint=os.environ["TEST_CHECKPOINTS"],
    output_dimension=fleet.DIMENSION,
    max_inputs_per_request=fleet.INPUTS,
)
embed(["made and used before the fork"])


@app.task(acks_late=True, reject_on_worker_lost=True)
def embedded(texts):
    return embed(texts)


@app.task
def failed():
    return Embed(on_error="raise")([fleet.REFUSED])
