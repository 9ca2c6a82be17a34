"""SIGTERM and SIGINT end a run at its next step, when nothing is half done."""

from __future__ import annotations

import os
import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGTERM, signal.SIGINT)
# A terminal sends Ctrl-C to a whole group of processes, and those that started this one may send it on: one wish.
ONE_WISH_S = 0.5


class StopAsked(Exception):
    """A signal asked the run to end.

    Attributes:
        signal: its number.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.signal = number


class StopSignals:
    """While it is entered, the first signal is only noted, for `check`; a second one ends the process at once.

    Only a main thread may take signals; in any other one nothing is changed.
    """

    def __init__(self) -> None:
        self._asked: int | None = None
        self._at = 0.0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def check(self) -> None:
        """Raise StopAsked if a signal came."""
        if self._asked is not None:
            raise StopAsked(self._asked)

    def _note(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._asked is None:
            self._asked, self._at = number, now
        elif now - self._at >= ONE_WISH_S:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
