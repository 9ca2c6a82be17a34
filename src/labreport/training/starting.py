"""A signal that comes while a command is still importing: a clean end, where Python has none."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import NoReturn

SIGNALS = (signal.SIGTERM, signal.SIGINT)


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
