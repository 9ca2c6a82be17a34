from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from labreport.planning.code import SOURCES
from labreport.training import stop
from labreport.training.stop import StopAsked, StopSignals


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


@pytest.mark.parametrize(("first", "second"), [(signal.SIGTERM, signal.SIGINT), (signal.SIGINT, signal.SIGTERM)])
def test_a_second_wish_ends_the_process_at_once(first: int, second: int) -> None:
    code = (
        "import os, sys, time; from labreport.training import stop; numbers = [int(n) for n in sys.argv[1:]]\n"
        "with stop.StopSignals():\n"
        "    os.kill(os.getpid(), numbers[0]); time.sleep(stop.ONE_WISH_S + 0.1)\n"
        "    print('noted', flush=True); os.kill(os.getpid(), numbers[1]); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", code, str(first), str(second)]
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": str(SOURCES)}, capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stdout, done.stderr) == (-second, "noted\n", "")


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
