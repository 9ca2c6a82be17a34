"""Pickled CIFAR batches, read and written without running what a pickle asks for.

A pickle names functions to call. The official batches name three: numpy's array reconstruction, its array class and
its dtype. They are answered here by stand-ins that keep the raw bytes, so that not even numpy's own unpickling runs.
What a pickle may do to memory and stack is bounded by reading its instructions before they are followed.
"""

from __future__ import annotations

import io
import pickle
import pickletools
import struct
from typing import Any

import numpy as np

from labreport.data.members import shown
from labreport.errors import DataError

PUTS = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
TUPLES = frozenset({"TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"})
MOST_TUPLES = 100  # an array needs four


def unpickle(data: bytes, where: str) -> Any:
    """The value in a pickle made of dicts, lists, tuples, numbers, bytes and uint8 arrays.

    Args:
        data: the pickle; strings written by Python 2 come back as bytes.
        where: what to call it in a message.

    Raises:
        DataError: the pickle is damaged or asks for anything else.
    """
    try:
        _check_instructions(data)
        return _plain(_BatchUnpickler(io.BytesIO(data), encoding="bytes").load())
    except DataError as error:
        raise DataError(f"{where} is refused: {error}; fetch the official archive") from error
    except Exception as error:  # a damaged pickle can fail with nearly any exception
        reason = shown(error)
        raise DataError(f"{where} is not a readable batch ({reason}); fetch the official archive again") from error


def _check_instructions(data: bytes) -> None:
    """Refuse what makes Python's unpickler reserve memory without limit, or nest deeper than its stack.

    Raises:
        DataError: a place in the memo that no value can have yet, or more tuples than arrays need.
        ValueError: the pickle is damaged.
    """
    tuples = 0
    for count, (instruction, argument, _) in enumerate(pickletools.genops(data)):
        if instruction.name in PUTS and argument not in range(count):
            raise DataError(f"it puts a value at place {argument} of its memo")
        tuples += instruction.name in TUPLES
        if tuples > MOST_TUPLES:
            raise DataError(f"it builds more than {MOST_TUPLES} tuples")


class _ByteType:
    """Stands in for numpy's dtype."""

    def __init__(self, code: bytes | str, align: int, copy: int) -> None:
        if code not in (b"u1", "u1"):
            raise DataError(f"it holds an array of {shown(code)}, not of unsigned bytes")

    def __setstate__(self, state: Any) -> None:
        """Byte order and padding mean nothing for single bytes."""


class _Array:
    """Stands in for an array while it is rebuilt, and for the function that begins it."""

    values: np.ndarray

    def __init__(self, kind: Any, shape: Any, code: Any) -> None:
        """All three come again with the state."""

    def __setstate__(self, state: Any) -> None:
        _, shape, dtype, fortran, raw = state
        if not isinstance(dtype, _ByteType) or not isinstance(raw, bytes):
            raise DataError("it holds an array that is not one of unsigned bytes")
        self.values = np.frombuffer(raw, np.uint8).reshape(shape, order="F" if fortran else "C")


ADMITTED = {
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,  # its name since numpy 2
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _ByteType,
}


class _BatchUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ADMITTED:
            raise DataError(f"it asks for {shown(f'{module}.{name}')}, which no batch needs")
        return ADMITTED[module, name]

    def persistent_load(self, pid: Any) -> Any:
        raise DataError("it refers to something outside itself")


def _plain(value: Any) -> Any:
    """The arrays in place of their stand-ins, in a batch's dictionary."""
    if isinstance(value, dict):
        return {key: item.values if isinstance(item, _Array) else item for key, item in value.items()}
    return value


def pickle_python2(value: Any) -> bytes:
    """Pickle a value as Python 2 and numpy 1 did (protocol 2, byte strings), the way the official batches are.

    Args:
        value: dicts, lists, bytes, non-negative ints below 2**31 and two-dimensional uint8 arrays.
    """
    return b"\x80\x02" + _opcodes(value) + b"."


def _opcodes(value: Any) -> bytes:
    match value:
        case dict():
            return b"}(" + b"".join(_opcodes(part) for item in value.items() for part in item) + b"u"
        case list():
            return b"](" + b"".join(map(_opcodes, value)) + b"e"
        case bytes() if len(value) < 256:
            return b"U" + bytes([len(value)]) + value
        case bytes():
            return b"T" + struct.pack("<i", len(value)) + value
        case int() if value < 256:
            return b"K" + bytes([value])
        case int():
            return b"J" + struct.pack("<i", value)
        case np.ndarray() if value.dtype == np.uint8 and value.ndim == 2:
            return _array_opcodes(value)
    raise TypeError(f"no opcode here for {type(value).__name__}")


def _array_opcodes(array: np.ndarray) -> bytes:
    empty = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
    dtype = b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    rows, columns = array.shape
    return (
        empty
        + b"(K\x01"
        + _opcodes(rows)
        + _opcodes(columns)
        + b"\x86"
        + dtype
        + b"\x89"
        + _opcodes(array.tobytes())
        + b"tb"
    )
