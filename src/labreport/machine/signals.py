"""SIGTERM and SIGINT: a clean end while a command imports, and at a run's next step, when nothing is half done."""

import os
import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self

SIGNALS = (signal.SIGTERM, signal.SIGINT)
# A terminal sends Ctrl-C to a whole group of processes, and those that started this one may send it on: one wish.
ONE_WISH_S = 0.5
# A step that takes longer is hanging, and waits for nobody.
HANGING_S = 10.0


def take_signals() -> None:
    """Have SIGTERM and SIGINT end the process with one line and a shell's status, until others take them.

    A command calls this before its slow imports; what an import is interrupted in may take an exception for its own.
    """
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, _: FrameType | None) -> NoReturn:
    os.write(2, b"stopped before it began; the same command begins again\n")
    os._exit(128 + number)


class StopAsked(Exception):
    """A signal asked the run to end.

    Attributes:
        signal: its number.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.signal = number


class StopSignals:
    """While it is entered, the first signal is only noted, for `check`, and a later one can end the process at once.

    Python hears of a signal when a step is over, so that one wish may be heard at two times. Hence a second one counts
    only once `check` has passed the first on, or when that is `HANGING_S` ago; a third counts always.

    Only a main thread may take signals; in any other one nothing is changed.
    """

    def __init__(self) -> None:
        self._asked: int | None = None
        self._first = self._last = 0.0
        self._wishes = 0
        self._heeded = False
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
            self._heeded = True
            raise StopAsked(self._asked)

    def _note(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._asked is None:
            self._asked, self._first = number, now
        elif now - self._last < ONE_WISH_S:
            return
        self._last = now
        self._wishes += 1
        if self._wishes > 1 and (self._heeded or self._wishes > 2 or now - self._first >= HANGING_S):
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
