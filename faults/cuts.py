"""Files that were cut or altered: checkpoints, what a run reads, and what it left."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from random import Random

from faults.choice import in_turns
from faults.commands import Command
from faults.damage import damage
from faults.fault import Fault, Trial
from faults.finished import READERS, verified, whole_copy
from faults.kills import left_over, link_inputs
from faults.reference import reference
from faults.same import unlike

FOLDERS = ("--data", "--vectors")
POLL_S = 0.005


def checkpoints(count: int, folder: Path, rng: Random) -> Fault:
    """A run is killed, one or all of its checkpoints are damaged or another run's, and it is started again."""
    jobs = in_turns(reference().of_step("train"), count, rng)
    trials = (_checkpoint(job, folder / str(number), rng) for number, job in enumerate(jobs))
    return Fault.of("checkpoint cut, altered, or of another run", trials)


def _checkpoint(command: Command, root: Path, rng: Random) -> Trial:
    link_inputs(root)
    for _ in range(5):  # a machine that is slow just then may let it finish
        stop_midway(command, root, rng.randint(1, 3))
        if not (root / str(command.whole)).exists():
            break
        shutil.rmtree(root / str(command.whole))
    kept = _checkpoints(root)
    done = [_spoil(path, command, rng) for path in (kept[-1:] if rng.random() < 0.7 else kept)]
    ended = command.start(root, root / "log").ended()
    if ended.status:
        return Trial(False, f"{'; '.join(done)}: {ended.summary}")
    out = root / str(command.whole)
    wrong = unlike(out, reference().root / str(command.whole)) or left_over(root, out)
    shutil.rmtree(root)
    return Trial(wrong is None, f"{'; '.join(done)}: {wrong}" if wrong else "", lost=wrong is not None)


def stop_midway(command: Command, root: Path, epoch: int) -> None:
    """Train until the checkpoint of an epoch is there, and kill."""
    step = command.start(root, root / "log")
    while not step.wait(POLL_S) and not any(int(path.stem.partition("-")[0]) >= epoch for path in _checkpoints(root)):
        time.sleep(POLL_S)
    step.kill()
    step.wait()


def _checkpoints(root: Path) -> list[Path]:
    """Checkpoints, the newest last."""
    found = (root / "results" / "checkpoints").glob("*/*/[0-9]*-*.pt")
    return sorted(found, key=lambda path: int(path.stem.partition("-")[0]))


def _spoil(path: Path, command: Command, rng: Random) -> str:
    if rng.random() < 0.8:
        return damage(path, rng)
    another = rng.choice([job for job in reference().of_step("train") if job != command])
    root = path.parents[4] / "another"
    link_inputs(root)
    stop_midway(another, root, 1)
    stranger = _checkpoints(root)[-1]
    epoch, digest = path.stem.partition("-")[0], stranger.stem.partition("-")[2]
    shutil.copyfile(stranger, path.with_name(f"{epoch}-{digest}.pt"))
    path.unlink()
    shutil.rmtree(root)
    return f"{path.name} of another run"


def inputs(count: int, folder: Path, rng: Random) -> Fault:
    """A file that a run reads is damaged: the run says which folder to delete, or its results are the same."""
    jobs = in_turns(reference().of_step("train"), count, rng)
    trials = (_input(job, folder / str(number), rng) for number, job in enumerate(jobs))
    return Fault.of("arrays or word vectors cut or altered", trials)


def _input(command: Command, folder: Path, rng: Random) -> Trial:
    root = reference().before(command, folder / "project")
    read = [command.arguments[number + 1] for number, name in enumerate(command.arguments) if name in FOLDERS]
    path = rng.choice([path for name in read for path in sorted((root / name).iterdir()) if path.stat().st_size])
    done = f"{path.parent.name}: {damage(path, rng)}"
    ended = command.start(root, folder / "log").ended()
    if ended.status == 0:
        wrong = unlike(root / str(command.whole), reference().root / str(command.whole))
        return Trial(wrong is None, f"{done}: passed for whole, and {wrong}" if wrong else "", lost=wrong is not None)
    told = ended.one_message and str(path.parent.relative_to(root)) in ended.said
    return Trial(told, "" if told else f"{done}: {ended.summary}")


def results(count: int, folder: Path, rng: Random) -> Fault:
    """A file of a finished run is damaged: `verify` finds it, and what is made from it comes to be or says why not."""
    jobs = in_turns(reference().of_step("train"), count, rng)
    readers = [reference().of_step(step)[0] for step in READERS]
    trials = (_result(job, rng.choice(readers), folder / str(number), rng) for number, job in enumerate(jobs))
    return Fault.of("file of a finished run cut or altered", trials)


def _result(train: Command, reader: Command, folder: Path, rng: Random) -> Trial:
    root = whole_copy(folder)
    path = rng.choice(sorted((root / str(train.whole)).iterdir()))
    done = f"{train.arguments[3]}: {damage(path, rng)}"
    ended = reader.start(root, folder / "log").ended()
    if ended.status and not ended.one_message:
        return Trial(False, f"{done}: {reader.step}: {ended.summary}")
    return verified(root, folder, done, path.name)
