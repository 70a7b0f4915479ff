"""Embeddings that come packed: one block of memory, read as a sequence of numbers and as a buffer."""

from __future__ import annotations

import array
import base64
import collections.abc
import copy
import json
import pickle
import sys

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async import calls
from mistral_async._codec.open_union import decode
from mistral_async.models import EmbeddingResponse, Vector


def packed(numbers, dtype="<f4"):
    return np.asarray(numbers, dtype).tobytes()


def answer(*embeddings):
    data = [{"object": "embedding", "index": i, "embedding": each} for i, each in enumerate(embeddings)]
    return decode(json.dumps({"data": data}).encode(), EmbeddingResponse)


@given(st.lists(st.floats(width=32, allow_nan=False)))
def test_a_vector_is_a_sequence_of_its_numbers(numbers):
    vector = Vector(packed(numbers))
    assert isinstance(vector, collections.abc.Sequence)
    assert vector == numbers
    assert list(vector) == vector.tolist() == numbers
    assert len(vector) == len(numbers)
    assert vector[1:-1] == numbers[1:-1]
    assert vector != [*numbers, 1.0]
    assert vector.packed() == packed(numbers)
    assert pickle.loads(pickle.dumps(vector)) == copy.copy(vector) == vector
    assert type(copy.copy(vector)) is type(vector[:]) is Vector


def test_numpy_sees_the_same_memory():
    vector = Vector(packed([1, 2, 3]))
    seen = np.asarray(vector)
    assert seen.dtype == np.float32
    vector[0] = 9
    assert seen[0] == vector.numpy()[0] == 9
    assert memoryview(vector).format == "f"


def test_bytes_that_are_not_whole_numbers_are_refused():
    with pytest.raises(ValueError, match="multiple"):
        Vector(b"123")


def test_base64_and_floats_read_the_same():
    numbers = [0.5, -0.25, 3.0]
    lists, vectors = answer(numbers), answer(base64.b64encode(packed(numbers)).decode())
    assert isinstance(vectors.data[0].embedding, Vector)
    assert vectors.data[0].embedding == lists.data[0].embedding == numbers
    assert json.loads(vectors.to_json()) == json.loads(lists.to_json())
    assert vectors.to_dict() == lists.to_dict()


@pytest.mark.parametrize(("dtype", "wire"), [("int8", "i1"), ("uint8", "u1"), ("binary", "i1"), ("ubinary", "u1")])
@pytest.mark.parametrize("count", [3, 4])
def test_whole_numbers_are_read_as_their_type(dtype, wire, count):
    numbers = ([-7, 0, 5, 1] if wire == "i1" else [200, 0, 5, 1])[:count]
    then = calls.embeddings.create(model="m", inputs="a", output_dtype=dtype).transform
    for embedding in (numbers, base64.b64encode(packed(numbers, wire)).decode()):
        vector = then(answer(embedding)).data[0].embedding
        assert vector == numbers
        assert all(isinstance(each, int) for each in vector)
        assert np.asarray(vector).dtype == wire


def test_floats_need_no_second_step():
    assert calls.embeddings.create(model="m", inputs="a", encoding_format="base64").transform is None
    assert array.array("f", [1.0]) == answer("AACAPw==").data[0].embedding


# Encoders of others


def test_json_of_a_vector_is_one_call():
    vector = Vector(packed([1.0, 2.5]))
    assert json.dumps(list(vector)) == json.dumps(list(answer([1.0, 2.5]).data[0].embedding)) == "[1.0, 2.5]"
    assert json.dumps({"v": vector}, default=Vector.tolist) == '{"v": [1.0, 2.5]}'
    assert msgspec.json.encode([vector], enc_hook=Vector.tolist) == b"[[1.0,2.5]]"
    with pytest.raises(TypeError):
        json.dumps(object(), default=Vector.tolist)


def test_orjson_takes_the_same_hook():
    orjson = pytest.importorskip("orjson", reason="orjson is not installed")
    assert orjson.dumps(Vector(packed([1.0, 2.5])), default=Vector.tolist) == b"[1.0,2.5]"


@pytest.mark.parametrize(
    ("dtype", "wire", "arrow"), [("float", "<f4", "float"), ("int8", "i1", "int8"), ("ubinary", "u1", "uint8")]
)
def test_arrow_shares_the_memory(dtype, wire, arrow):
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    vector = Vector(packed([1, 2, 3], wire), dtype)
    for found in (vector.to_arrow(), pa.array(vector)):
        assert str(found.type) == arrow
        assert found.to_pylist() == [1, 2, 3]
        assert found.buffers()[1].address == vector.buffer_info()[0]
    with pytest.raises(BufferError):
        vector.append(4)
    del found
    vector.append(4)
    assert Vector(b"").to_arrow().to_pylist() == []


def test_polars_and_pandas_share_the_memory():
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    pl = pytest.importorskip("polars", reason="polars is not installed")
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    vector = Vector(packed([1, 2, 3]))
    for series in (
        pl.Series(vector.numpy()),
        pl.Series(vector.to_arrow()),
        pd.Series(vector.numpy(), copy=False),
    ):
        assert series.to_numpy().dtype == "float32"
        assert np.shares_memory(series.to_numpy(), np.asarray(vector))


def test_without_pyarrow_the_interface_is_not_there(monkeypatch):
    """Libraries then read a vector as the sequence that it is."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    vector = Vector(packed([1, 2]))
    assert not hasattr(vector, "__arrow_c_array__")
    with pytest.raises(ImportError, match=r"pip install 'mistral-async\[arrow\]'"):
        vector.to_arrow()
