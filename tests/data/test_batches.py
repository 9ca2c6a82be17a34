from __future__ import annotations

import os
import pickle
from typing import Any

import numpy as np
import pytest

from faults.hostile_pickles import BOMBS, CODE, Calls
from labreport.data.batches import Value, pickle_python2, read_batch
from labreport.errors import DataError

BATCH = {
    b"batch_label": b"training batch 1 of 5",
    b"labels": [3, 0, 255, 256, 70_000],
    b"data": np.arange(15, dtype=np.uint8).reshape(5, 3),
    b"filenames": [b"a.png", b"x" * 300],
}


def test_what_is_written_is_read_by_python_and_by_us() -> None:
    data = pickle_python2(BATCH)
    whole = pickle.loads(data, encoding="bytes")
    assert whole.keys() == BATCH.keys()
    assert all(np.array_equal(whole[key], BATCH[key]) for key in BATCH)
    found = read_batch(data, "batch")
    assert found["labels"].numbers == BATCH[b"labels"]
    assert found["filenames"].strings == BATCH[b"filenames"]
    assert found["batch_label"].strings == [b"training batch 1 of 5"]
    pixels = found["data"].array()
    assert pixels is not None
    assert pixels.dtype == np.uint8
    assert pixels.tolist() == list(range(15))


@pytest.mark.parametrize("array", [np.arange(3.0), np.arange(3, dtype=np.int8), np.zeros(2, "u2")])
def test_only_unsigned_bytes_are_an_array(array: np.ndarray) -> None:
    data = pickle_python2(BATCH).replace(b"U\x02u1", b"U\x02" + array.dtype.str[1:].encode())
    assert read_batch(data, "batch")["data"].array() is None
    assert Value().array() is None


def test_an_array_in_the_other_order_is_refused() -> None:
    """Its bytes would be taken for other pixels."""
    array = np.asfortranarray(np.arange(6, dtype=np.uint8).reshape(2, 3))
    data = pickle_python2({b"data": array}).replace(b"\x89U", b"\x88U")
    with pytest.raises(DataError, match="batch is refused: it holds the instruction NEWTRUE, which no batch needs"):
        read_batch(data, "batch")


def test_nothing_named_in_a_pickle_is_run(tmp_path: Any) -> None:
    mark = tmp_path / "mark"
    data = pickle.dumps([Calls(os.mkdir, str(mark))], protocol=2)
    pickle.loads(data)
    assert mark.exists()
    mark.rmdir()
    with pytest.raises(DataError, match=r"data_batch_1 is refused: it (asks for|holds)"):
        read_batch(data, "data_batch_1")
    assert not mark.exists()


def test_a_batch_that_python_3_wrote_is_refused() -> None:
    """Its keys are texts, not byte strings."""
    with pytest.raises(DataError, match="batch is refused: it holds the instruction BINUNICODE"):
        read_batch(pickle.dumps({"labels": [0, 1]}, protocol=2), "batch")


@pytest.mark.parametrize("payload", CODE)
def test_what_would_run_code_is_refused(payload: str, tmp_path: Any) -> None:
    with pytest.raises(DataError, match=r"data_batch_1 is refused: it (asks for|holds the instruction)"):
        read_batch(CODE[payload](str(tmp_path / "mark")), "data_batch_1")
    assert not (tmp_path / "mark").exists()


@pytest.mark.parametrize("payload", BOMBS)
def test_what_would_take_memory_or_stack_does_not(payload: str) -> None:
    """It is refused, or read as the little that it holds."""
    said, held = "batch is ", 0
    try:
        held = sum(len(string) for value in read_batch(BOMBS[payload], "batch").values() for string in value.strings)
    except DataError as error:
        said = str(error)
    assert held <= len(BOMBS[payload])
    assert said.startswith("batch is ")
    assert said.isprintable()
    assert len(said) < 400


@pytest.mark.parametrize("data", [b"", b"hello", pickle_python2(BATCH)[:-20], b"\x80\x02}(U\x05a", b"\x80\x02Q."])
def test_damaged_pickle_is_one_message(data: bytes) -> None:
    with pytest.raises(DataError, match=r"batch is (not a readable batch|refused)"):
        read_batch(data, "batch")


def test_only_what_batches_hold_is_written() -> None:
    with pytest.raises(TypeError, match="float"):
        pickle_python2({b"key": 1.5})
