from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from labreport.artifacts.code import SOURCES
from labreport.machine import signals as stop
from labreport.machine.signals import StopAsked, StopSignals


@pytest.mark.parametrize("number", stop.SIGNALS)
def test_a_signal_is_noted_and_the_handlers_come_back(number: int) -> None:
    before = [signal.getsignal(one) for one in stop.SIGNALS]
    with StopSignals() as signals:
        signals.check()
        os.kill(os.getpid(), number)
        with pytest.raises(StopAsked) as caught:
            signals.check()
    assert caught.value.signal == number
    assert [signal.getsignal(one) for one in stop.SIGNALS] == before


def test_what_comes_twice_at_once_is_one_wish() -> None:
    """A terminal and the process that started this one both say so."""
    with StopSignals() as signals:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(StopAsked) as caught:
            signals.check()
    assert caught.value.signal == signal.SIGINT


CODE = """
import os, sys, time
from labreport.machine import signals as stop
numbers = [int(number) for number in sys.argv[1:]]
stop.ONE_WISH_S = 0.1

def wish(number):
    os.kill(os.getpid(), number)
    time.sleep(stop.ONE_WISH_S + 0.05)

with stop.StopSignals() as signals:
    wish(numbers[0])
    {then}
    print("noted", flush=True)
    wish(numbers[1])
    print("not ended", flush=True)
"""


def ended(then: str, *numbers: int) -> tuple[int, str, str]:
    """Exit status, output and errors of a process that gets two signals, each a wish of its own, and more between."""
    command = [sys.executable, "-c", CODE.format(then=then), *map(str, numbers)]
    sources = os.environ | {"PYTHONPATH": str(SOURCES)}
    done = subprocess.run(command, env=sources, capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout, done.stderr


HEEDED = "try: signals.check()\n    except stop.StopAsked: pass"


@pytest.mark.parametrize("then", [HEEDED, "wish(numbers[0])", "stop.HANGING_S = 0.1"])
@pytest.mark.parametrize(("first", "second"), [(signal.SIGTERM, signal.SIGINT), (signal.SIGINT, signal.SIGTERM)])
def test_another_wish_ends_the_process_at_once(first: int, second: int, then: str) -> None:
    """Once the first was heeded; where it is the third; where a step hangs."""
    assert ended(then, first, second) == (-second, "noted\n", "")


def test_one_wish_that_is_heard_twice_in_a_long_step_does_not_end_the_process() -> None:
    assert ended("pass", signal.SIGINT, signal.SIGTERM) == (0, "noted\nnot ended\n", "")


def test_in_a_thread_nothing_is_changed() -> None:
    found = []

    def work() -> None:
        with StopSignals() as signals:
            signals.check()
            found.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [signal.getsignal(signal.SIGTERM)]
