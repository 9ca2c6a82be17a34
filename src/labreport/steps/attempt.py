"""Attempt one run: give it a GPU of its own, carry out its command, and write how it ended.

The command stays what it is without this step: it has the same terminal, gets the same signals, and its exit status is
passed on. A run that fails by itself (its loss is not finite, or it needs more memory) is an outcome, too, under
--keep-going, and ends with status 0, so that the report is made of the others. The run's key knows nothing of this.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from labreport.errors import RunFailedError, StoppedError, TrainingError, run_step
from labreport.files import FAILURE, SUMS
from labreport.jobs.child import run
from labreport.jobs.driver import ask
from labreport.jobs.lease import VISIBLE, choices, lease
from labreport.jobs.outcome import write_outcome

NO_MEMORY = "too little memory"  # what a run says in FAILURE when another attempt, on a freer device, may succeed
TOLD = {signal.SIGTERM, signal.SIGINT}  # a command that began says itself that it was asked to stop
SHELL_BASE = 128  # a shell's exit status for a command that signal N ended is 128 + N


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, carry out the command on a device of its own, write the outcome."""
    parser = argparse.ArgumentParser(prog="python -m labreport.steps.attempt", description=__doc__)
    parser.add_argument("--outcome", type=Path, help="file that says how it ended; default: none")
    parser.add_argument("--out", required=True, type=Path, help="folder that the command completes")
    parser.add_argument("--keep-going", action="store_true", help="a run that fails by itself is an outcome, too")
    parser.add_argument("--gpus", type=int, default=0, help="CUDA devices that the driver shows here; default: 0")
    parser.add_argument("command", nargs="+", metavar="COMMAND", help="after --, with its arguments")
    arguments = parser.parse_args(argv)
    out, outcome = arguments.out, arguments.outcome
    if outcome:
        outcome.unlink(missing_ok=True)  # it was the last attempt's
    if (out / SUMS).is_file():
        print(f"{out}: is complete already")
    else:
        status = _carry_out(arguments.command, out, arguments.gpus)
        if status == RunFailedError.status and arguments.keep_going and outcome:
            _do_without(out, outcome)
            return
        if status:
            sys.exit(status)
        if not (out / SUMS).is_file():
            raise TrainingError(f"{out}: the command ended without an error, but this folder is not complete")
    if outcome:
        write_outcome(outcome, "finished")


def _carry_out(command: Sequence[str], out: Path, gpus: int) -> int:
    """The exit status of the command, which is given one of the devices that there are.

    Raises:
        StoppedError: it was asked to stop, and did so without a word.
        TrainingError: another signal ended it.
    """
    environment = dict(os.environ)
    devices = choices(gpus, environment)
    with _stoppable(out), lease(devices, str(out.absolute()), ask().uuids if devices else ()) as leased:
        if leased:
            environment[VISIBLE] = leased.device
            status = run(command, environment, leased.descriptors, leased.held_by)
        else:
            status = run(command, environment)
    if -status in TOLD:
        raise _stopped(out, -status)
    number = -status if status < 0 else status - SHELL_BASE  # the second where a shell says it of its own command
    if number in set(signal.Signals) - TOLD:
        hint = f"; the system does that when memory runs out: {_lower(command)}" if number == signal.SIGKILL else ""
        error = TrainingError(f"{out}: ended by {signal.Signals(number).name}{hint}; the same command goes on")
        error.status = SHELL_BASE + number
        raise error
    return status


@contextmanager
def _stoppable(out: Path) -> Iterator[None]:
    """Where no command takes the signals, as while it waits for a device, end with a word."""

    def stop(number: int, _: FrameType | None) -> None:
        raise _stopped(out, number)

    before = {number: signal.signal(number, stop) for number in TOLD if signal.getsignal(number) != signal.SIG_IGN}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stopped(out: Path, number: int) -> StoppedError:
    name = signal.Signals(number).name
    return StoppedError(f"{out}: stopped by {name} before it began, or at once; the same command goes on", number)


def _lower(command: Sequence[str]) -> str:
    """What to lower so that a command needs less memory, with its batch size where its spec has one."""
    try:
        spec = json.loads(command[list(command).index("--spec") + 1])
        size = (spec.get("training") or spec["parameters"])["batch_size"]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError):
        return "lower the number of jobs at once"
    return f"lower batch_size ({size}) or the number of jobs at once"


def _do_without(out: Path, outcome: Path) -> None:
    """Write that a run failed, and say when it is tried again."""
    reason = _failure(out)
    again = NO_MEMORY in reason
    write_outcome(outcome, "failed", reason, again)
    when = "at the next start" if again else f"without --keep-going, or once {outcome} is deleted"
    print(f"{out}: failed; the others go on without it (--keep-going); it is tried again {when}", file=sys.stderr)


def _failure(out: Path) -> str:
    """Why a run failed, in its own words."""
    try:
        text = out.with_name(f"{out.name}.part").joinpath(FAILURE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    return text.strip() or "it did not say why"


if __name__ == "__main__":
    sys.exit(run_step(main))
