"""Embeddings: texts as vectors."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, RetrySafety, post
from mistral_async.models.embeddings import EmbeddingOptions, EmbeddingResponse, as_dtype


class Embeddings(Resource[M]):
    """Texts as vectors."""

    @endpoint
    def create(
        self,
        *,
        model: str,
        inputs: str | Sequence[str] | None = None,
        input: str | Sequence[str] | None = None,  # noqa: A002 - the wire's name
        **options: Unpack[EmbeddingOptions],
    ) -> Call[EmbeddingResponse]:
        """Embed one text or many; `inputs` and `input` are the same.

        Args:
            model: The model that embeds, such as `mistral-embed`.
            inputs: The texts.
            input: `inputs` by another name.
        """
        if (inputs is None) == (input is None):
            raise TypeError("embeddings.create() needs the texts, as inputs= or as input=")
        texts = input if inputs is None else inputs
        dtype = options.get("output_dtype") or "float"
        return post(
            "/v1/embeddings",
            json={"model": model, "input": texts, **options},
            returns=EmbeddingResponse,
            safety=RetrySafety.BILLED,
            transform=None if dtype == "float" else functools.partial(as_dtype, dtype=dtype),
        )
