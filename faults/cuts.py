"""Files that were cut or altered: checkpoints, every file of a finished report, and what is kept beside results."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from random import Random

from faults.fault import Fault, Trial, in_turns
from faults.kills import checkpoints as checkpoints_in
from faults.kills import epoch, left_over, link_inputs
from faults.process import COMMAND, Ended, Step
from faults.reference import Work, reference, remove
from faults.same import made_unlike
from labreport.artifacts import code
from labreport.files import SUMS
from labreport.machine.outcome import Failure, failure, is_receipted, write_failure

BLOCK_BYTES = 512
POLL_S = 0.005
MESSAGE = "the loss is not finite"


def damage(path: Path, rng: Random) -> str:
    """Cut a file, flip one of its bits, or zero what was not yet on disk, each at a random place.

    Returns:
        What was done, in words.
    """
    content = bytearray(path.read_bytes())
    place = rng.randrange(len(content))
    how = rng.choice(("cut", "flip", "zero"))
    if how == "cut":
        changed = content[:place]
    elif how == "flip":
        changed = content.copy()
        changed[place] ^= 1 << rng.randrange(8)
    else:
        start = place - place % BLOCK_BYTES
        changed = content[:start] + bytes(len(content) - start)
        if changed == content:  # zeros already
            return damage(path, rng)
    path.write_bytes(changed)
    return f"{path.name} {'zeroed from' if how == 'zero' else f'{how} at'} byte {place} of {len(content)}"


def checkpoints(count: int, folder: Path, rng: Random) -> Fault:
    """A run is killed, one or all of its checkpoints are damaged or another run's, and it is started again."""
    runs = in_turns(reference().of_step("train"), count, rng)
    trials = (_checkpoint(run, folder / str(number), rng) for number, run in enumerate(runs))
    return Fault.of("checkpoint cut, altered, or of another run", trials)


def _checkpoint(run: Work, root: Path, rng: Random) -> Trial:
    link_inputs(root)
    for _ in range(5):  # a machine that is slow just then may let it finish
        stop_midway(run, root, rng.randint(1, 3))
        if not (root / run.out).exists():
            break
        shutil.rmtree(root / "results" / "runs")
    kept = checkpoints_in(root)
    done = [_spoil(path, run, rng) for path in (kept if rng.random() < 0.3 else kept[-1:])]
    ended = run.start(root, root / "log").ended()
    wrong = ended.summary if ended.status else made_unlike(run, root) or left_over(root, root / run.out)
    shutil.rmtree(root)
    return Trial.judged("; ".join(done), wrong)


def stop_midway(run: Work, root: Path, after: int) -> None:
    """Train until the checkpoint of an epoch is there, and kill."""
    step = run.start(root, root / "log")
    while not step.wait(POLL_S) and not any(epoch(path) >= after for path in checkpoints_in(root)):
        time.sleep(POLL_S)
    step.kill()


def _spoil(path: Path, run: Work, rng: Random) -> str:
    if rng.random() < 0.8:
        return damage(path, rng)
    another = rng.choice([one for one in reference().of_step("train") if one != run])
    root = path.parents[4] / "another"
    link_inputs(root)
    stop_midway(another, root, 1)
    stranger = checkpoints_in(root)[-1]
    shutil.copyfile(stranger, path.with_name(f"{epoch(path)}-{stranger.stem.partition('-')[2]}.pt"))
    path.unlink()
    shutil.rmtree(root)
    return f"{path.name} of another run"


def made(count: int, folder: Path, rng: Random) -> Fault:
    """A file of something made is damaged: `verify` finds it, and what reads it says so, or its result is the same."""
    reference().of_step("deliver")
    files = [(work, path) for work in reference().works for name in work.made for path in _files(Path(name))]
    chosen = in_turns(files, count, rng)
    trials = (_made(work, path, folder / str(number), rng) for number, (work, path) in enumerate(chosen))
    return Fault.of("file of a run, figure, text or anything made cut or altered", trials)


def _files(made: Path) -> list[Path]:
    """The files of a folder, its digests among them, or the one file, relative to the project; no receipt."""
    root = reference().root
    found = [root / made, *sorted((root / made).rglob("*"))]
    whole = [path for path in found if path.is_file() and path.stat().st_size and path.suffix != ".done"]
    return [path.relative_to(root) for path in whole]


def _made(work: Work, path: Path, folder: Path, rng: Random) -> Trial:
    root = reference().finished(folder / "project")
    done = f"{path}: {damage(root / path, rng)}"
    if work.step != "sample":  # which is checked when it is read
        found = verified(root, folder, done, path.name)
        if not found.survived:
            return found
    readers = [one for one in reference().works if any(Path(need).is_relative_to(work.out) for need in one.needs)]
    if not readers:
        return Trial(True)
    reader = rng.choice(readers)
    for name in reader.made:
        remove(root / name)
    ended = reader.start(root, folder / "log").ended()
    if ended.status == 0:  # digests alone, without the lines of some files, are no reason to refuse them
        wrong = made_unlike(reader, root) if path.name != SUMS else None
        return Trial.judged(done, f"passed for whole, and {wrong}" if wrong else None)
    told = ended.one_message and work.out in ended.said
    return Trial.judged(done, None if told else f"{reader.step}: {ended.summary}", lost=False)


def kept(count: int, folder: Path, rng: Random) -> Fault:
    """What is kept beside results is damaged: planning is as before, a run is there, failed, or tried again."""
    trials = []
    for number, kind in enumerate(in_turns((_code_cache, _receipt, _failure), count, rng)):
        trials.append(kind(folder / str(number), rng))
    return Fault.of("cached digest, receipt or failure cut or altered", trials)


def _code_cache(folder: Path, rng: Random) -> Trial:
    """Damage the cache between two plans; the second one is the first, and mends the cache."""
    path, roots = folder / "code.json", ["labreport.training.session:Session", "labreport.documents.document:render"]
    _forget()
    planned = code.covered(roots)
    code.keep(path)
    whole = path.read_bytes()
    done = f"code cache: {damage(path, rng)}"
    _forget()
    try:
        code.restore(path)
        same = code.covered(roots) == planned
        code.keep(path)
    except Exception as error:
        return Trial(False, f"{done}: {error!r}")
    if not same:
        return Trial(False, f"{done}: another plan", lost=True)
    return Trial.judged(done, None if path.read_bytes() == whole else "stays damaged", lost=False)


def _forget() -> None:
    """Let planning be as in a new process."""
    code._found.clear()
    code.forget()


def _receipt(folder: Path, rng: Random) -> Trial:
    """A run whose receipt is damaged is not measured again, and its receipt is mended."""
    root, run = reference().finished(folder / "project"), rng.choice(reference().of_step("train"))
    out = root / run.out
    done, before = damage(root / run.made[1], rng), (out / SUMS).read_bytes()
    lost = not is_receipted(out)  # it may say the same in other bytes
    ended = run.start(root, folder / "log").ended() if lost else Ended(0, "")
    wrong = ended.summary if ended.status else made_unlike(run, root)
    again = (out / SUMS).read_bytes() != before
    return Trial.judged(done, wrong or ("was measured again" if again else None))


def _failure(folder: Path, rng: Random) -> Trial:
    """What failed stays failed or is tried again, whatever becomes of the file that says so."""
    write_failure(folder / "run", Failure(MESSAGE))
    done = damage(folder / "run.part" / "failure.json", rng)
    try:
        said = failure(folder / "run")
    except Exception as error:
        return Trial(False, f"failure: {done}: {error!r}")
    # One bit of the message may be another.
    right = said is None or (len(said.message) == len(MESSAGE) and not said.advice)
    return Trial.judged(done, None if right else f"failed because of {said}", lost=False)


def verified(root: Path, folder: Path, done: str, name: str) -> Trial:
    """Whether `labreport verify` finds what was done to a file."""
    ended = Step([COMMAND, "verify"], root, folder / "log").ended()
    if ended.crashed:
        return Trial(False, f"{done}: verify: {ended.summary}")
    found = ended.status == 1 and name in ended.said
    return Trial.judged(done, None if found else f"verify does not find it: {ended.summary}")
