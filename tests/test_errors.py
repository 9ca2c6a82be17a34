from __future__ import annotations

import errno
import signal
from collections.abc import Sequence

import pytest

from labreport.errors import (
    UNWRITABLE,
    DataError,
    RunFailedError,
    StoppedError,
    TrainingError,
    run_step,
)


def status(error: BaseException | None) -> int:
    def main(argv: Sequence[str] | None = None) -> None:
        if error is not None:
            raise error

    return run_step(main)


@pytest.mark.parametrize(
    ("error", "expected", "said"),
    [
        (None, 0, ""),
        (DataError("archive: cut"), 1, "error: archive: cut\n"),
        (TrainingError("optimizer: unknown"), 1, "error: optimizer: unknown\n"),
        (RunFailedError("mycnn: loss is nan"), 3, "error: mycnn: loss is nan\n"),
        (StoppedError("stopped in epoch 4", signal.SIGTERM), 143, "stopped in epoch 4\n"),
        (StoppedError("stopped in epoch 4", signal.SIGINT), 130, "stopped in epoch 4\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (
            SyntaxError("invalid syntax", ("src/registry.py", 12, 5, "x x", 12, 6)),
            1,
            "error: src/registry.py:12: is no valid Python (invalid syntax); mend it and start again\n",
        ),
    ],
)
def test_a_step_ends_with_one_message_and_a_status(
    error: BaseException | None, expected: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(error) == expected
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("number", sorted(UNWRITABLE))
def test_a_file_that_cannot_be_written_is_one_message_that_names_it(
    number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(OSError(number, "why", "results/x.csv")) == 1
    said = capsys.readouterr().err
    verb = "read or written" if number in (errno.EACCES, errno.EPERM) else "written"
    assert said.startswith(f"error: results/x.csv: cannot be {verb} (why); ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("error", [ValueError("a mistake of ours"), OSError(errno.ENOENT, "why", "x")])
def test_a_mistake_of_ours_is_no_message_for_users(error: Exception) -> None:
    with pytest.raises(type(error)):
        status(error)
