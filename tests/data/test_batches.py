from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from labreport.data.batches import pickle_python2, unpickle
from labreport.errors import DataError

BATCH = {
    b"batch_label": b"training batch 1 of 5",
    b"labels": [3, 0, 255, 256, 70_000],
    b"data": np.arange(15, dtype=np.uint8).reshape(5, 3),
    b"filenames": [b"a.png", b"x" * 300],
}


class Calls:
    """Pickles as a call of `function`."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


def equal(found: Any, expected: Any) -> bool:
    return found.keys() == expected.keys() and all(np.array_equal(found[key], expected[key]) for key in expected)


def test_what_is_written_is_read_by_python_and_by_us() -> None:
    data = pickle_python2(BATCH)
    assert equal(pickle.loads(data, encoding="bytes"), BATCH)
    assert equal(unpickle(data, "batch"), BATCH)
    assert pickle.loads(data, encoding="latin1")["batch_label"] == "training batch 1 of 5"


@pytest.mark.parametrize("protocol", [3, 4])
def test_arrays_under_numpys_newer_names_are_read(protocol: int) -> None:
    data = pickle.dumps(BATCH, protocol=protocol)
    assert b"numpy._core.multiarray" in data
    assert equal(unpickle(data, "batch"), BATCH)


def test_fortran_order_is_kept() -> None:
    array = np.asfortranarray(np.arange(6, dtype=np.uint8).reshape(2, 3))
    assert np.array_equal(unpickle(pickle.dumps({b"data": array}, protocol=4), "batch")[b"data"], array)


@pytest.mark.parametrize(
    "value",
    [
        Calls(os.system, "exit 1"),
        Calls(eval, "1 + 1"),
        Calls(getattr, "text", "join"),
        Calls(np.load, "file"),
        {b"data": np.array([object], dtype=object)},
        {b"data": np.arange(3.0)},
        {b"data": np.zeros(2, dtype="u1,u1")},
        {b"data": np.arange(3, dtype=np.uint8).view(np.matrix)},
        {b"data": np.ma.masked_array(np.zeros(2, np.uint8))},
        np.dtype("O"),
        np.uint8(3),
    ],
    ids=["system", "eval", "getattr", "load", "objects", "floats", "records", "matrix", "masked", "dtype", "scalar"],
)
def test_pickle_that_asks_for_more_is_refused(value: Any) -> None:
    with pytest.raises(DataError, match=r"data_batch_1 is refused: it (asks for|holds an array)"):
        unpickle(pickle.dumps(value, protocol=4), "data_batch_1")


def test_nothing_named_in_a_pickle_is_run(tmp_path: Any) -> None:
    mark = tmp_path / "mark"
    data = pickle.dumps([Calls(os.mkdir, str(mark))])
    pickle.loads(data)
    assert mark.exists()
    mark.rmdir()
    with pytest.raises(DataError):
        unpickle(data, "batch")
    assert not mark.exists()


def test_admitted_names_cannot_be_put_to_other_use() -> None:
    huge = b"\x80\x02cnumpy\nndarray\nJ\xff\xff\xff\x7f\x85R."
    with pytest.raises(DataError, match="batch"):
        unpickle(huge, "batch")
    short = pickle_python2(BATCH).replace(b"(K\x01K\x05K\x03\x86", b"(K\x01K\x05K\x04\x86")
    with pytest.raises(DataError, match="not a readable batch"):
        unpickle(short, "batch")


@pytest.mark.parametrize("data", [b"", b"hello", pickle_python2(BATCH)[:-20], b"\x80\x02}(U\x01au.", b"\x80\x02Q."])
def test_damaged_pickle_is_one_message(data: bytes) -> None:
    with pytest.raises(DataError, match=r"batch is (not a readable batch|refused)"):
        unpickle(data, "batch")


def test_reference_outside_the_pickle_is_refused() -> None:
    with pytest.raises(DataError, match="outside itself"):
        unpickle(b"\x80\x02U\x01aQ.", "batch")


def test_only_what_batches_hold_is_written() -> None:
    with pytest.raises(TypeError, match="float"):
        pickle_python2({b"key": 1.5})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x80\x02K\x01r\xff\xff\xff\x7f.", "it puts a value at place 2147483647 of its memo"),
        (b"K\x01p-1\n.", "it puts a value at place -1 of its memo"),
        (b"\x80\x02}K\x01" + b"\x85" * 1_000_000 + b"K\x01s.", "it builds more than 100 tuples"),
        (b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n}U\x0c__defaults__K\x01sb.", "not a readable batch"),
        (b"\x80\x02\x8c\x04a\x1bb\n\x8c\x01c\x93.", r"it asks for 'a\\x1bb\\n\.c', which no batch needs"),
    ],
)
def test_what_would_take_memory_or_stack_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DataError, match=reason) as caught:
        unpickle(data, "batch")
    assert str(caught.value).isprintable()
