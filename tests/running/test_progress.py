from __future__ import annotations

import io

import pytest

from labreport.running.progress import Progress, clock


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_share_and_time_left_of_what_all_attempts_do() -> None:
    stream = Terminal()
    bar = Progress("lstm4", 8, stream, done=3)
    assert "lstm4  38 % " in stream.getvalue()
    bar.tick()
    assert bar.done == 4
    bar.clear()
    assert stream.getvalue().endswith("\r")


def test_a_file_sees_nothing() -> None:
    stream = io.StringIO()
    bar = Progress("lstm4", 4, stream)
    bar.tick()
    bar.clear()
    assert stream.getvalue() == ""


@pytest.mark.parametrize(("value", "text"), [(0, "0:00:00"), (59.6, "0:01:00"), (3725.4, "1:02:05")])
def test_clock(value: float, text: str) -> None:
    assert clock(value) == text
