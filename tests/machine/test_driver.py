"""What the NVIDIA driver says, without a driver: its library is an object here."""

from __future__ import annotations

import ctypes
import json

import pytest

from labreport.machine import driver

FIRST = "GPU-00000000-0000-0000-0000-000000000007"
SECOND = "GPU-00000000-0000-0000-0000-000000000008"


class Library:
    """libcuda with 2 devices."""

    def __init__(self, *, error: int = 0, uuid_error: int = 0) -> None:
        self.error, self.uuid_error = error, uuid_error

    def cuInit(self, flags: int) -> int:
        return self.error

    def cuDeviceGetCount(self, out) -> int:
        return self._give(out, 2)

    def cuDriverGetVersion(self, out) -> int:
        return self._give(out, 13020)

    def cuDeviceGet(self, out, index: int) -> int:
        return self._give(out, 7 + index)

    def _give(self, out, value: int) -> int:
        ctypes.cast(out, ctypes.POINTER(ctypes.c_int))[0] = value
        return 0


class Old(Library):
    """Before CUDA 11.4."""

    def cuDeviceGetUuid(self, out, device) -> int:
        out[15] = device.value
        return self.uuid_error


class New(Library):
    """Where a divided device's parts have names of their own, which the older function does not tell."""

    def cuDeviceGetUuid_v2(self, out, device) -> int:
        return Old.cuDeviceGetUuid(self, out, device)

    def cuDeviceGetUuid(self, out, device) -> int:
        pytest.fail("the older function")


@pytest.mark.parametrize(
    ("library", "found"),
    [
        (New(), (0, 2, 13020, (FIRST, SECOND))),
        (Old(), (0, 2, 13020, (FIRST, SECOND))),
        (New(uuid_error=1), (0, 2, 13020, ())),
        (Library(), (0, 2, 13020, ())),
        (Library(error=803), (803, 0, 0, ())),
    ],
)
def test_the_driver_is_asked(monkeypatch, tmp_path, capsys, library, found):
    monkeypatch.setattr(driver.ctypes, "CDLL", lambda name: library)
    driver.main()
    printed = capsys.readouterr().out
    assert json.loads(printed)["error"] == found[0]
    program = tmp_path / "driver.py"
    program.write_text(f"print({printed!r})")
    monkeypatch.setattr(driver, "__file__", str(program))
    assert driver.ask() == driver.Driver(*found)


@pytest.mark.parametrize(
    "body",
    [
        "import ctypes; ctypes.CDLL('/absent.so')",
        "import time; time.sleep(60)",
        "import os; os.abort()",
        "print('no JSON')",
        "print([])",
        "print('{}')",
        "1 / 0",
    ],
)
def test_a_driver_that_hangs_or_crashes_takes_nothing_with_it(monkeypatch, tmp_path, body):
    program = tmp_path / "driver.py"
    program.write_text(body)
    monkeypatch.setattr(driver, "ANSWER_S", 0.3)
    monkeypatch.setattr(driver, "__file__", str(program))
    assert driver.ask() == driver.Driver(driver.NO_ANSWER, 0, 0)
