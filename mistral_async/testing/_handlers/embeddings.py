"""Embeddings, with the limits of the real endpoint: tokens and inputs per request, tokens per input."""

from __future__ import annotations

import random
from base64 import b64encode
from typing import Any

import msgspec

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import FakeAPIError, invalid_argument
from mistral_async.testing._handlers._prompt import tokens_of
from mistral_async.testing._handlers._vectors import VectorSpace, pack_values, quantize
from mistral_async.testing._handlers.models import resolve_model
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_NATIVE = {"codestral-embed": 1536, "codestral-embed-2505": 1536}
_DIMENSIONS = 1024
_MOST_DIMENSIONS = 3072


class VectorSpaceStore:
    """The vector spaces used so far, by number of dimensions."""

    def __init__(self, state: ServerState) -> None:
        self._seed = state.seed
        self._spaces: dict[int, VectorSpace] = {}

    def of(self, dimensions: int) -> VectorSpace:
        """Return the space with this number of dimensions."""
        if dimensions not in self._spaces:
            self._spaces[dimensions] = VectorSpace(dimensions, self._seed)
        return self._spaces[dimensions]


@route("POST", "/v1/embeddings", "embeddings.create", body="EmbeddingRequest", limits=("req", "tokens"), shown=("req",))
def create(call: FakeCall) -> Reply:
    """Embed one text or several."""
    body = call.body
    model = resolve_model(call.state, body["model"], "embedding")
    texts: list[str] = [body["input"]] if isinstance(body["input"], str) else body["input"]
    tokens = _count_tokens(call, texts)
    dimensions = body.get("output_dimension") or _NATIVE.get(model, _DIMENSIONS)
    if dimensions > _MOST_DIMENSIONS:
        raise invalid_argument(f"output_dimension must be at most {_MOST_DIMENSIONS}")
    space = call.state.store(VectorSpaceStore).of(dimensions)
    dtype, encoding = body.get("output_dtype") or "float", body.get("encoding_format") or "float"
    data = [
        {"object": "embedding", "embedding": _encode_vector(space, text, dtype, encoding), "index": index}
        for index, text in enumerate(texts)
    ]
    if call.state.options.shuffle_embeddings:
        random.Random(len(texts)).shuffle(data)  # noqa: S311  the order of a test's data is no secret
    return json_reply(
        {"id": call.state.ids.hex32(), "object": "list", "data": data, "model": model, "usage": usage_of(tokens)}
    ).with_costs(tokens=tokens)


def usage_of(tokens: int) -> JSONObject:
    """Return usage as embeddings and moderations report it: both spellings of the details, mostly null."""
    return {
        "prompt_tokens": tokens,
        "total_tokens": tokens,
        "completion_tokens": 0,
        "prompt_audio_seconds": None,
        "request_count": 1,
        "prompt_tokens_details": None,
        "prompt_token_details": None,
        "completion_tokens_details": None,
        "service_tier": None,
    }


def _count_tokens(call: FakeCall, texts: list[str]) -> int:
    options = call.state.options
    if not texts:
        raise invalid_argument("Input cannot be an empty list.", kind="invalid_request_prompt", code="3210")
    if len(texts) > options.max_inputs:
        raise _too_large("Too many inputs in request, split into more batches.")
    counts = [tokens_of(text) for text in texts]
    for index, count in enumerate(counts):
        if count > options.max_input_tokens:
            raise _too_large(f"Input id {index} has {count} tokens, exceeding max {options.max_input_tokens} tokens.")
    if sum(counts) > options.max_request_tokens:
        raise _too_large("Too many tokens overall, split into more batches.")
    return sum(counts)


def _too_large(message: str) -> FakeAPIError:
    return invalid_argument(message, kind="invalid_request_prompt", code="3210")


def _encode_vector(space: VectorSpace, text: str, dtype: str, encoding: str) -> Any:
    vector = space.unit(text)
    values = vector if dtype == "float" else quantize(vector, dtype)
    if encoding == "base64":
        return b64encode(pack_values(values, dtype)).decode()
    return msgspec.Raw(msgspec.json.encode(values))
