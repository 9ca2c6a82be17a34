from __future__ import annotations

import io

import pytest

from labreport.running import progress
from labreport.running.progress import Progress, clock


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that goes on by a second each time it is read."""
    times = iter(range(1000))
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(times)))


def test_a_terminal_sees_share_and_time_left() -> None:
    stream = Terminal()
    bar = Progress("lstm4", 4, stream)
    bar.tick()
    assert "lstm4  25 % 0:00:03 left [##########....." in stream.getvalue()
    bar.tick()
    assert stream.getvalue().split("\r")[-1].startswith("lstm4  50 % 0:00:02 left ")
    bar.clear()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_what_an_earlier_attempt_did_counts_for_the_share_and_not_for_the_pace() -> None:
    stream = Terminal()
    bar = Progress("lstm4", 8, stream, done=4)
    bar.tick()
    assert "lstm4  62 % 0:00:03 left " in stream.getvalue()
    assert bar.done == 5


def test_a_file_sees_nothing() -> None:
    stream = io.StringIO()
    bar = Progress("lstm4", 4, stream)
    bar.tick()
    bar.clear()
    assert stream.getvalue() == ""


@pytest.mark.parametrize(("value", "text"), [(0, "0:00:00"), (59.6, "0:01:00"), (3725.4, "1:02:05")])
def test_clock(value: float, text: str) -> None:
    assert clock(value) == text
