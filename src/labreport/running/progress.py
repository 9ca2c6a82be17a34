"""A progress bar with the time left, on a terminal only."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TextIO

REFRESH_S = 0.2


class Progress:
    """One line that is drawn over; it never asks the device anything.

    Args:
        label: what is under way.
        total: ticks until the end.
        stream: drawn to if it is a terminal; None means stderr.
        done: ticks that an earlier attempt has had.

    Attributes:
        done: ticks by now.
    """

    def __init__(self, label: str, total: int, stream: TextIO | None = None, done: int = 0) -> None:
        self.done = done
        self._label = label
        self._before = done
        self._total = total
        self._stream = sys.stderr if stream is None else stream
        self._shown = self._stream.isatty()
        self._start = self._last = time.monotonic()

    def tick(self) -> None:
        """One more batch is done."""
        self.done += 1
        now = time.monotonic()
        if self._shown and now - self._last >= REFRESH_S:
            self._last = now
            left = (now - self._start) / (self.done - self._before) * (self._total - self.done)
            self._draw(f"{clock(left)} left")

    def clear(self) -> None:
        """Take the line away, so that another can be printed."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _draw(self, remark: str) -> None:
        share = self.done / self._total if self._total else 1.0
        text = f"{self._label} {100 * share:3.0f} % {remark} "
        room = max(0, min(40, shutil.get_terminal_size().columns - len(text) - 3))
        filled = round(room * share)
        self._stream.write(f"\r{text}[{'#' * filled}{'.' * (room - filled)}]\x1b[K")
        self._stream.flush()


def clock(seconds: float) -> str:
    """Hours, minutes and seconds: 3725.4 -> "1:02:05"."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
