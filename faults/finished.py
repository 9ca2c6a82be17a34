"""A finished project whose folders, receipts or time stamps are not what they were."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from faults.cuts import verified
from faults.fault import Fault, Trial, in_turns
from faults.process import COMMAND, Step, Workflow
from faults.reference import TARGETS, Work, reference
from faults.same import made_unlike
from labreport.files import SUMS, read_json, write_json, write_sums

NUMBERS = (".csv", ".json", ".md", ".tex")
ABOUT = ("spec.json", "code.json", "made.json", "index.json", "provenance.json")  # no numbers of a result
YEAR_S = 365 * 86_400
WRITTEN_S = 1_700_000_000.0  # time stamps are scrambled about this one, which is past


def lies(count: int, folder: Path, rng: Random) -> Fault:
    """A folder of a finished project does not hold what its key, its digests or its runs say: `verify` tells it."""
    trials = [_lie(how, folder / str(number), rng) for number, how in enumerate(in_turns(LIES, count, rng))]
    return Fault.of("folder that its key, digests or runs do not fit", trials)


def _lie(how: str, folder: Path, rng: Random) -> Trial:
    root = reference().finished(folder / "project")
    steps, change, told = LIES[how]
    work = rng.choice(reference().of_step(rng.choice(steps)))
    change(root / work.out, rng)
    return verified(root, folder, f"{work.out}: {how}", told or work.out)


def _other_spec(out: Path, rng: Random) -> None:
    write_json(out / "spec.json", {**read_json(out / "spec.json"), "more": rng.randrange(100)})
    write_sums(out)


def _other_code(out: Path, rng: Random) -> None:
    found = read_json(out / "code.json")
    write_json(out / "code.json", {**found, rng.choice(sorted(found)): "0" * 16})
    write_sums(out)


def _other_number(out: Path, rng: Random) -> None:
    """One digit of a file of numbers, or of a text, is another one, and the digests fit."""
    numbers = [path for path in sorted(out.iterdir()) if path.suffix in NUMBERS and path.name not in ABOUT]
    path = rng.choice(numbers)
    text = path.read_text(encoding="utf-8")
    place = rng.choice([index for index, letter in enumerate(text) if letter.isdecimal()])
    path.write_text(f"{text[:place]}{(int(text[place]) + 1) % 10}{text[place + 1 :]}", encoding="utf-8")
    write_sums(out)


def _stranger(out: Path, rng: Random) -> None:
    (out / "more.csv").write_text("a,b\n1,2\n", encoding="utf-8")


def _no_sums(out: Path, rng: Random) -> None:
    (out / SUMS).unlink()


def _another(out: Path, rng: Random) -> None:
    """What another run left lies in its place."""
    others = [path for path in out.parent.parent.glob("*/*/") if path != out and (path / SUMS).is_file()]
    shutil.rmtree(out)
    shutil.copytree(rng.choice(others), out)


CODED = ("prepare", "vectors", "train", "write", "typeset")
ALL = (*CODED, "draw", "tabulate", "judge")
# What is done -> the steps whose folders it is done to, how, and what is told if not the folder.
LIES: Mapping[str, tuple[tuple[str, ...], Callable[[Path, Random], None], str]] = {
    "another spec": (ALL, _other_spec, ""),
    "other code": (CODED, _other_code, ""),
    "another number that was derived": (("tabulate", "judge", "write"), _other_number, ""),
    "another number that was measured": (("train",), _other_number, "was made from another"),
    "a file too many": (ALL, _stranger, ""),
    "no digests": (ALL, _no_sums, ""),
    "another run": (("train",), _another, ""),
}


def restarts(count: int, folder: Path, rng: Random) -> Fault:
    """What Snakemake makes of it: nothing that is there is measured again, what is gone is, and its products, too."""
    folder.mkdir(exist_ok=True)
    settled = settled_copy(folder / "settled")
    trials = [restarted(how, settled, folder / str(n), rng) for n, how in enumerate(in_turns(CHANGES, count, rng))]
    return Fault.of("receipt, folder or time stamps lost or wrong, snakemake started again", trials)


def settled_copy(folder: Path) -> Path:
    """The finished project, in which Snakemake has nothing to do."""
    root = reference().finished(folder, sources=True)
    ended = Workflow(root, TARGETS, folder.with_name("log")).ended()
    if ended.status:
        raise RuntimeError(f"a project that nothing was done to is not finished: {ended.said}")
    return root


def restarted(how: str, settled: Path, folder: Path, rng: Random) -> Trial:
    """One copy of a finished project that is changed, and started again."""
    root = Path(shutil.copytree(settled, folder / "project"))
    work = rng.choice([work for step in ("train", "vectors") for work in reference().of_step(step)])
    CHANGES[how](root, work, rng)
    before = {run.out: measured(root / run.out) for run in reference().of_step("train")}
    log, what = folder / "log", f"{work.out}: {how}"
    ended = Workflow(root, TARGETS, log).ended()
    if ended.status or ended.crashed:
        return Trial(False, f"{what}: {ended.summary}", lost=True)
    for run in reference().of_step("train"):
        if wrong := made_unlike(run, root):
            return Trial(False, f"{what}: {wrong}", lost=True)
        if before[run.out] and measured(root / run.out) != before[run.out]:
            return Trial(False, f"{what}: {run.out} was measured again", lost=True)
    again = Workflow(root, [*TARGETS, "--dry-run"], log).ended()
    if again.status or "Nothing to be done" not in again.said:
        return Trial(False, f"{what}: work is left: {again.summary}")
    ended = Step([COMMAND, "verify"], root, log).ended()
    return Trial.judged(what, None if ended.status == 0 else ended.summary)


def measured(run: Path) -> str | None:
    """When a run was finished; None where it is not there."""
    path = run / "environment.json"
    return json.loads(path.read_bytes())["finished"] if path.is_file() else None


def _no_receipt(root: Path, work: Work, rng: Random) -> None:
    (root / work.made[1]).unlink()


def _lying_receipt(root: Path, work: Work, rng: Random) -> None:
    write_json(root / work.made[1], rng.choice([{"content": "0" * 64}, {"content": None}, [], "yes"]))


def _no_folder(root: Path, work: Work, rng: Random) -> None:
    shutil.rmtree(root / work.out)


def _nothing(root: Path, work: Work, rng: Random) -> None:
    _no_folder(root, work, rng)
    _no_receipt(root, work, rng)


def _no_receipts(root: Path, work: Work, rng: Random) -> None:
    for path in (root / "results").rglob("*.done"):
        path.unlink()


def _scrambled(root: Path, work: Work, rng: Random) -> None:
    for path in sorted((root / "results").rglob("*")):
        stamp = WRITTEN_S + rng.uniform(-YEAR_S, YEAR_S)
        os.utime(path, (stamp, stamp))


def _no_memory(root: Path, work: Work, rng: Random) -> None:
    shutil.rmtree(root / ".snakemake")


CHANGES: Mapping[str, Callable[[Path, Work, Random], None]] = {
    "its receipt is deleted": _no_receipt,
    "its receipt lies": _lying_receipt,
    "its folder is deleted": _no_folder,
    "folder and receipt are deleted": _nothing,
    "all receipts are deleted": _no_receipts,
    "results/ copied with scrambled time stamps": _scrambled,
    ".snakemake/ deleted": _no_memory,
}
