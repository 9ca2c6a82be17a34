"""SIGKILL and SIGTERM at any moment: training steps, and whole workflows."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from random import Random

from faults.fault import Fault, Trial, in_turns
from faults.operations import Operations
from faults.process import go_on, start
from faults.reference import TARGETS, Work, reference, small_copy
from faults.same import made_unlike
from labreport.files import SUMS, file_digest
from labreport.machine.outcome import is_receipted

MOST_KILLS = 3
BESIDE = re.compile(r"[0-9a-f]{16}(\.done|\.part\.lock|\.part\.\d+)")  # what may stay: not the unfinished folder
KILLED_AFTER_S = (1.0, 12.0)  # it takes three seconds to begin
TERMINATED = 128 + signal.SIGTERM


def steps(count: int, folder: Path, rng: Random) -> Fault:
    """Training steps, killed one to three times each and started again until they are complete."""
    runs = in_turns(reference().of_step("train"), count, rng)
    trials = (trial(run, folder / str(number), rng) for number, run in enumerate(runs))
    return Fault.of("SIGKILL or SIGTERM in a training step, started again", trials)


def trial(run: Work, root: Path, rng: Random) -> Trial:
    """One run, killed and started again until it is complete."""
    link_inputs(root)
    out, held = root / run.out, 0
    for _ in range(rng.randint(1, MOST_KILLS)):
        if wrong := kill_once(run, root, rng):
            return Trial(False, f"{run.out}: {wrong}")
        if out.exists():
            break
        before, held = held, newest(root)
        if held < before:
            return Trial(False, f"{run.out}: the checkpoint of epoch {before} is gone", lost=True)
    whole = out.exists() or (out.with_name(f"{out.name}.part") / SUMS).is_file()
    wrong, was_complete = None, whole  # it may have been killed before its last rename, or before it had tidied up
    if not is_receipted(out):
        ended = run.start(root, root / "log").ended()
        if ended.status:
            return Trial(False, f"{run.out}: started again: {ended.summary}")
        if not was_complete:
            wrong = left_over(root, out)
        if not was_complete and (went_on := resumed(out)) < held:
            wrong = f"went on after epoch {went_on}, {held} were kept"
    wrong = wrong or made_unlike(run, root)
    shutil.rmtree(root)
    return Trial.judged(run.out, wrong)


def link_inputs(root: Path) -> None:
    """Let a folder have the reference's jobs, data and word vectors."""
    (root / "results").mkdir(parents=True)
    for name in (".snakemake", "results/data", "results/vectors"):
        (root / name).symlink_to(reference().root / name)


def kill_once(run: Work, root: Path, rng: Random) -> str | None:
    """Start, and kill by the clock or at a file operation.

    Returns:
        What is wrong with how it ended; nothing can be wrong with that after SIGKILL.
    """
    number = rng.choice((None, signal.SIGKILL, signal.SIGTERM))
    if number is None:
        last = rng.randint(1, reference().operations[run])
        run.start(root, root / "log", Operations(root, last)).ended()
        return None
    step = run.start(root, root / "log")
    step.wait(rng.uniform(0, reference().seconds[run]))
    step.kill(number)
    ended = step.ended()
    said_why = ended.status in (0, TERMINATED, -signal.SIGTERM) and not ended.crashed
    return None if number == signal.SIGKILL or said_why else f"after SIGTERM: {ended.summary}"


def newest(root: Path) -> int:
    """The last epoch of which a whole checkpoint is there; 0 without one."""
    whole = [path for path in checkpoints(root) if file_digest(path).startswith(path.stem.partition("-")[2])]
    return epoch(whole[-1]) if whole else 0


def checkpoints(root: Path) -> list[Path]:
    """Checkpoints, the newest last."""
    return sorted((root / "results" / "checkpoints").glob("*/*/[0-9]*-*.pt"), key=epoch)


def epoch(checkpoint: Path) -> int:
    """The epoch that a checkpoint's name states."""
    return int(checkpoint.stem.partition("-")[0])


def resumed(run: Path) -> int:
    """The epoch after which a finished run went on last; 0 for one that did not."""
    entries = json.loads((run / "environment.json").read_bytes()).get("resumed") or [{"epoch": 0}]
    return int(entries[-1]["epoch"])


def left_over(root: Path, out: Path) -> str | None:
    """What a complete run should have taken away with it."""
    kept = [path for path in (root / "results" / "checkpoints").rglob("*") if path.is_file()]
    beside = [path for path in out.parent.iterdir() if path != out and not BESIDE.fullmatch(path.name)]
    return f"left over: {', '.join(path.name for path in kept + beside)}" if kept or beside else None


def workflows(count: int, folder: Path, rng: Random, targets: Sequence[str] = TARGETS) -> Fault:
    """Whole runs of Snakemake, killed again and again until the report is there."""
    trials: list[Trial] = []
    for build in itertools.count():
        if len(trials) >= count:
            break
        trials += _build(folder / f"build{build}", count - len(trials), rng, targets)  # none where it ended first
    return Fault.of("SIGKILL or SIGTERM to a whole run of snakemake, started again", trials)


def _build(folder: Path, most: int, rng: Random, targets: Sequence[str]) -> list[Trial]:
    """One report, with as many kills as its making takes, but `most` of them; a trial for each."""
    folder.mkdir(parents=True)
    root, trials = small_copy(folder / "project"), list[Trial]()
    while len(trials) < most:
        workflow = start(root, targets, folder / "log")
        if workflow.wait(rng.uniform(*KILLED_AFTER_S)):
            break
        workflow.kill(rng.choice((signal.SIGKILL, signal.SIGTERM)))
        trials.append(Trial(True))
    ended = go_on(root, targets, folder / "log")
    wrong = ended.summary if ended.status or ended.crashed else unfinished(root)
    return [*trials[:-1], Trial(False, f"started again: {wrong}", lost=True)] if wrong else trials


def unfinished(root: Path) -> str | None:
    """What differs in the runs of a project from those that nothing happened to."""
    for run in reference().of_step("train"):
        out = root / run.out
        if out.exists() and (wrong := made_unlike(run, root) or left_over(root, out)):
            return wrong
    return None
