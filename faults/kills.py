"""SIGKILL at any moment: training steps, and whole workflows."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from random import Random

from faults.choice import in_turns
from faults.commands import TARGETS, Command
from faults.fault import Fault, Trial
from faults.operations import DieAtOperation
from faults.project import small_copy
from faults.reference import reference
from faults.same import broken, unlike
from faults.workflow import go_on, start
from labreport.files import file_digest

MOST_KILLS = 3
PUT_ASIDE = re.compile(r"[0-9a-f]{16}\.part\.\d+")
KILLED_AFTER_S = (1.0, 12.0)  # it takes three seconds to begin


def steps(count: int, folder: Path, rng: Random) -> Fault:
    """Training steps, killed one to three times each and started again until they are complete."""
    jobs = in_turns(reference().of_step("train"), count, rng)
    trials = (trial(job, folder / str(number), rng) for number, job in enumerate(jobs))
    return Fault.of("SIGKILL in a training step, started again", trials)


def trial(command: Command, root: Path, rng: Random) -> Trial:
    """One run, killed and started again until it is complete."""
    link_inputs(root)
    out = root / str(command.whole)
    held = 0
    for _ in range(rng.randint(1, MOST_KILLS)):
        kill_once(command, root, rng)
        if out.exists():
            break
        before, held = held, newest(root)
        if held < before:
            return Trial(False, f"{command.whole}: the checkpoint of epoch {before} is gone", lost=True)
    if out.exists():  # killed after its end, perhaps before it had tidied up
        fault = broken(out)
    else:
        ended = command.start(root, root / "log").ended()
        if ended.status:
            return Trial(False, f"{command.whole}: started again: {ended.summary}")
        fault = left_over(root, out)
        if (went_on := resumed(out)) < held:
            fault = f"went on after epoch {went_on}, {held} were kept"
    fault = fault or unlike(out, reference().root / str(command.whole))
    shutil.rmtree(root)
    return Trial(fault is None, f"{command.whole}: {fault}" if fault else "", lost=fault is not None)


def link_inputs(root: Path) -> None:
    """Let a folder have the reference's data and word vectors."""
    (root / "results").mkdir(parents=True)
    for name in ("data", "vectors"):
        (root / "results" / name).symlink_to(reference().root / "results" / name)


def kill_once(command: Command, root: Path, rng: Random) -> None:
    """Start, and kill by the clock or at a file operation."""
    if rng.random() < 0.5:
        last = rng.randint(1, reference().operations[command])
        command.start(root, root / "log", DieAtOperation(root, last)).ended()
        return
    step = command.start(root, root / "log")
    step.wait(rng.uniform(0, reference().seconds[command]))
    step.kill()
    step.wait()


def newest(root: Path) -> int:
    """The last epoch of which a whole checkpoint is there; 0 without one."""
    found = (root / "results" / "checkpoints").glob("*/*/[0-9]*-*.pt")
    whole = [path for path in found if file_digest(path).startswith(path.stem.partition("-")[2])]
    return max((int(path.stem.partition("-")[0]) for path in whole), default=0)


def resumed(run: Path) -> int:
    """The epoch after which a finished run went on last; 0 for one that did not."""
    entries = json.loads((run / "environment.json").read_bytes()).get("resumed") or [{"epoch": 0}]
    return int(entries[-1]["epoch"])


def left_over(root: Path, out: Path) -> str | None:
    """What a complete run should have taken away with it; what it could not go on from may stay, as KEY.part.N."""
    kept = [path for path in (root / "results" / "checkpoints").rglob("*") if path.is_file()]
    beside = [path for path in out.parent.iterdir() if path != out and not PUT_ASIDE.fullmatch(path.name)]
    return f"left over: {', '.join(path.name for path in kept + beside)}" if kept or beside else None


def workflows(count: int, folder: Path, rng: Random, targets: Sequence[str] = TARGETS) -> Fault:
    """Whole runs of Snakemake, killed again and again until the report is there."""
    trials: list[Trial] = []
    for build in itertools.count():
        if len(trials) >= count:
            break
        trials += _build(folder / f"build{build}", count - len(trials), rng, targets)  # none where it ended first
    return Fault.of("SIGKILL to a whole run of snakemake, started again", trials)


def _build(folder: Path, most: int, rng: Random, targets: Sequence[str]) -> list[Trial]:
    """One report, with as many kills as its making takes, but `most` of them; a trial for each."""
    folder.mkdir(parents=True)
    root, trials = small_copy(folder / "project"), list[Trial]()
    while len(trials) < most:
        workflow = start(root, targets, folder / "log")
        if workflow.wait(rng.uniform(*KILLED_AFTER_S)):
            break
        workflow.kill()
        trials.append(Trial(True))
    said = go_on(root, targets, folder / "log")
    wrong = said.summary if said.status or said.crashed else _unfinished(root)
    return [*trials[:-1], Trial(False, f"started again: {wrong}", lost=True)] if wrong else trials


def _unfinished(root: Path) -> str | None:
    """What differs in a finished project from one that nothing happened to."""
    for command in reference().of_step("train"):
        out = root / str(command.whole)
        if out.exists() and (wrong := unlike(out, reference().root / str(command.whole)) or left_over(root, out)):
            return f"{command.whole}: {wrong}"
    return None
