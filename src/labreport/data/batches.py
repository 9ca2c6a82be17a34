"""CIFAR's batches, which are pickles, read without following them.

A pickle is a program. Here its instructions are listed, and none is carried out: what a batch says stands among them
in plain order, a key and then the numbers and byte strings of its value. So nothing that a file asks for can happen,
and what is read is never larger than the file.
"""

import pickletools
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from labreport.data.members import shown
from labreport.errors import DataError

KEYS = frozenset({"batch_label", "data", "filenames", "label_names", "labels", "num_cases_per_batch", "num_vis"})
STRINGS, NUMBERS = "UT", "KMJ"  # instructions, by their letters in `pickletools`
# What puts these into dictionaries, lists and arrays, as Python 2 wrote them.
AROUND = "\x80.(N\x89qr}su]aet\x85\x86\x87Rb"
NAMES = frozenset({"numpy.core.multiarray _reconstruct", "numpy ndarray", "numpy dtype"})


@dataclass
class Value:
    """What stands behind a key.

    Attributes:
        strings: byte strings, in their order.
        numbers: in theirs.
    """

    strings: list[bytes] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    def array(self) -> np.ndarray | None:
        """The bytes of a uint8 array, in C order; None where there are none."""
        return np.frombuffer(max(self.strings, key=len), np.uint8) if b"u1" in self.strings else None


def read_batch(data: bytes, where: str) -> dict[str, Value]:
    """The values of a batch, by key.

    Args:
        data: the pickle; its strings are bytes.
        where: what to call it in a message.

    Raises:
        DataError: it is damaged, or holds another instruction than a batch needs.
    """
    found: dict[str, Value] = {}
    value = Value()
    try:
        for letter, argument in _instructions(data):
            if letter in STRINGS and argument in KEYS:
                value = found[argument] = Value()
            elif letter in STRINGS:
                value.strings.append(argument.encode("latin-1"))
            elif letter in NUMBERS:
                value.numbers.append(argument)
    except DataError as error:
        raise DataError(f"{where} is refused: {error}; fetch the official archive") from error
    except Exception as error:  # a damaged pickle can fail with nearly any exception
        reason = shown(error)
        raise DataError(f"{where} is not a readable batch ({reason}); fetch the official archive again") from error
    return found


def _instructions(data: bytes) -> Iterator[tuple[str, Any]]:
    for instruction, argument, _ in pickletools.genops(data):
        if instruction.name == "GLOBAL":
            if argument not in NAMES:
                raise DataError(f"it asks for {shown(argument)}, which no batch needs")
        elif instruction.code not in STRINGS + NUMBERS + AROUND:
            raise DataError(f"it holds the instruction {instruction.name}, which no batch needs")
        yield instruction.code, argument


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
