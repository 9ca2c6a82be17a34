"""A progress bar with the time left, on a terminal only."""

import sys
from typing import TextIO

BAR = "{desc} {percentage:3.0f} % {remaining} left [{bar}]"


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
        self._bar, stream = None, stream or sys.stderr
        if stream.isatty():
            from tqdm import tqdm  # which a machine that a kit is carried to may lack

            self._bar = tqdm(None, label, total, initial=done, file=stream, bar_format=BAR, ascii=".#", leave=False)

    def tick(self) -> None:
        """One more batch is done."""
        self.done += 1
        if self._bar is not None:
            self._bar.update()

    def clear(self) -> None:
        """Take the line away, so that another can be printed."""
        if self._bar is not None:
            self._bar.clear()


def clock(seconds: float) -> str:
    """Hours, minutes and seconds: 3725.4 -> "1:02:05"."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
