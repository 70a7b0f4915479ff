"""What every endpoint and every module of models promises: a body with every field filled is read whole."""

from __future__ import annotations

import importlib
import json
from typing import get_origin

import pytest
from derived import models
from endpoint_values import answers, members

from mistral_async._codec.open_union import decode

ANSWERS = answers()
VECTORS = {"EmbeddingResponse", "EmbeddingResponseData"}  # numbers are read from base64: see test_vector.py


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_of_an_endpoint_is_read_whole(name, bodies, lost):
    returns = ANSWERS[name]
    for member in members(returns):
        for filled in bodies(member):
            listed = get_origin(returns) is list
            body = [filled] if listed else filled
            read = decode(json.dumps(body).encode(), returns)
            assert type(read[0] if listed else read) is member
            assert member.__name__ in VECTORS or lost(body, read) == []


@pytest.mark.parametrize("module", models())
def test_every_struct_of_a_module_is_read_and_written_again(module, structs, bodies, lost):
    for cls in structs(importlib.import_module(module)):
        for body in bodies(cls):
            read = decode(json.dumps(body).encode(), cls)
            assert decode(read.to_json(), cls) == read
            if cls.__name__ not in VECTORS:
                assert lost(body, read) == lost(body, decode(read.to_json(), cls)) == []
        assert isinstance(decode(b"{}", cls), cls)
        nulls = dict.fromkeys(bodies(cls)[0].keys() - {"object"})  # which may keep a null: see compat/test_nulls.py
        assert decode(json.dumps(nulls).encode(), cls) == decode(b"{}", cls)
