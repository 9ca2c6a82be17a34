"""Wall time and memory of a process tree, against what the processes were told to take."""

from __future__ import annotations

import os
import sys

import pytest

from benchmarks.processes import CommandFailedError, alone, run

MEGABYTE = 2**20
CHILD = "import time; block = b'x' * (200 * 2**20); time.sleep(0.8)"
PARENT = f"import subprocess, sys; block = b'x' * (300 * 2**20); subprocess.run([sys.executable, '-c', {CHILD!r}])"


def python(source: str) -> list[str]:
    return [sys.executable, "-c", source]


def test_memory_is_the_sum_over_the_tree(tmp_path):
    usage = run(python(PARENT), tmp_path, dict(os.environ), memory=True)
    assert 500 * MEGABYTE <= usage.peak_bytes < 560 * MEGABYTE


def test_wall_time_is_that_of_the_command(tmp_path):
    usage = run(python("import time; time.sleep(0.5); print('out')"), tmp_path, dict(os.environ))
    assert usage.wall_s >= 0.5
    assert usage.peak_bytes is None
    assert usage.output == "out\n"


def test_a_failed_command_is_no_measurement(tmp_path):
    with pytest.raises(CommandFailedError, match=r"ended with 3:\n(?s:.)*oops"):
        run(python("import sys; print('oops'); sys.exit(3)"), tmp_path, dict(os.environ))
    assert list(tmp_path.iterdir()) == []


def test_a_function_in_a_process_of_its_own() -> None:
    assert alone(os.getppid) == os.getpid()
    with pytest.raises(ZeroDivisionError):
        alone(divmod, 1, 0)
