"""Pickles that run a command when Python loads them, and pickles that take its memory or stack."""

from __future__ import annotations

import os
import pickle
import struct
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from labreport.data.batches import pickle_python2

PROTOCOLS = (0, 1, 2, 3, 4, 5)


class Calls:
    """Pickles as a call."""

    def __init__(self, *call: Any) -> None:
        self._call = call

    def __reduce__(self) -> Any:
        return self._call[0], self._call[1:]


def _touch(canary: str) -> str:
    return f"touch {canary}"


def _as_attribute(canary: str) -> bytes:
    """A class is made whose construction calls, out of names that are looked up with dots."""
    words = [b"\x80\x04", _word("os"), _word("path.os.system"), b"\x93", _word(_touch(canary)), b"\x85R."]
    return b"".join(words)


def _word(text: str) -> bytes:
    data = text.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def _in_a_batch(value: Any) -> bytes:
    return pickle.dumps({b"data": value, b"labels": [0], b"label_names": [b"a"]}, protocol=2)


# Every one of these creates the canary when Python loads it.
CODE: Mapping[str, Callable[[str], bytes]] = {
    **{
        f"call, protocol {protocol}": lambda canary, protocol=protocol: pickle.dumps(
            Calls(os.system, _touch(canary)), protocol=protocol
        )
        for protocol in PROTOCOLS
    },
    "global in text": lambda canary: f"cposix\nsystem\n(S'{_touch(canary)}'\ntR.".encode(),
    "instance": lambda canary: f"(S'{_touch(canary)}'\niposix\nsystem\n.".encode(),
    "object": lambda canary: b"(cposix\nsystem\nS'" + _touch(canary).encode() + b"'\no.",
    "new object": lambda canary: b"\x80\x04csubprocess\nPopen\n]" + _word("touch") + b"a" + _word(canary) + b"a\x85R.",
    "name with dots": _as_attribute,
    "eval": lambda canary: pickle.dumps(Calls(eval, f"open({canary!r}, 'w').close()")),
    "exec": lambda canary: pickle.dumps(Calls(exec, f"open({canary!r}, 'w').close()")),
    "open": lambda canary: pickle.dumps(Calls(open, canary, "w")),
    "process": lambda canary: pickle.dumps(Calls(subprocess.call, ["touch", canary])),
    "folder": lambda canary: pickle.dumps(Calls(os.mkdir, canary)),
    "numpy": lambda canary: pickle.dumps(Calls(np.savetxt, canary, [1.0])),
    "in a batch": lambda canary: _in_a_batch(Calls(os.system, _touch(canary))),
    "in the labels of a batch": lambda canary: pickle.dumps({b"labels": [Calls(os.system, _touch(canary))]}),
    "as a key": lambda canary: b"\x80\x02}cposix\nsystem\nS'" + _touch(canary).encode() + b"'\n\x85RK\x01s.",
    "in an array of objects": lambda canary: pickle.dumps(np.array([Calls(os.system, _touch(canary))], dtype=object)),
    "in the state of an array": lambda canary: (
        b"\x80\x02cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(cposix\nsystem\nS'" + _touch(canary).encode() + b"'\n\x85Rtb."
    ),
}

SMALL = pickle_python2({b"data": np.zeros((1, 3), np.uint8)})
# What loading these as they stand does is not tried anywhere.
BOMBS: Mapping[str, bytes] = {
    "place in the memo": b"\x80\x02K\x01r\xff\xff\xff\x7f.",
    "place in the memo, as text": b"K\x01p2147483000\n.",
    "nested tuples as a key": b"\x80\x02}" + b"(" * 10 + b"K\x01" + b"\x85" * 2_000_000 + b"K\x01s.",
    "nested lists": b"\x80\x02" + b"]" * 2_000_000 + b"a" * 1_999_999 + b".",
    "nested in a batch": b"\x80\x02}U\x04data" + b"]" * 500_000 + b"a" * 499_999 + b"s.",
    "bytes without end": b"\x80\x04\x8e" + struct.pack("<Q", 1 << 61) + b".",
    "changeable bytes without end": b"\x80\x05\x96" + struct.pack("<Q", 1 << 61) + b".",
    "bytes of two thousand million": b"\x80\x03B\xff\xff\xff\x7f.",
    "number without end": b"\x80\x02\x8b\xff\xff\xff\x7f\x01.",
    "number of many digits": b"I" + b"9" * 2_000_000 + b"\n.",
    "frame without end": b"\x80\x04\x95" + struct.pack("<Q", 1 << 61) + b".",
    "marks": b"\x80\x02" + b"(" * 5_000_000 + b".",
    "large array": b"\x80\x02cnumpy\nndarray\nJ\xff\xff\xff\x7f\x85R.",
    "array of a large shape": pickle_python2({b"data": np.zeros((1, 3), np.uint8)}).replace(
        b"K\x01K\x03", b"J\xff\xff\xff\x7fK\x03"
    ),
    "long name": b"\x80\x04" + _word("x\x1b[2J\n" * 100_000) + _word("y") + b"\x93.",
    "state of a stand-in": b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n}U\x0c__defaults__K\x01sb.",
    "state of a class": b"\x80\x02cnumpy\nndarray\nN}U\x06valuesK\x01s\x86b.",
    "array without state": b"\x80\x02}U\x04datacnumpy\nndarray\nNNN\x87Rs.",
    "code by number": b"\x80\x02\x82\x01.",
    "outside": b"\x80\x02U\x01aQ.",
    "nothing": b"",
    "text": b"<html>sign in</html>",
}
