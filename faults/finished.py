"""A finished report in which a file is damaged afterwards, and what planning keeps beside it."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

from faults.choice import in_turns
from faults.commands import TARGETS, commands
from faults.damage import damage
from faults.fault import Fault, Trial
from faults.process import command_line
from faults.reference import reference
from labreport.declarations.project import load
from labreport.errors import UserError
from labreport.jobs.outcome import write_outcome
from labreport.planning import code, code_cache
from labreport.planning.plan import Plan
from labreport.planning.products import Products

READERS = ("draw", "tabulate", "judge", "gather", "write")


def products(count: int, folder: Path, rng: Random) -> Fault:
    """A file that was made from runs is damaged: planning has it made again, or `verify` finds it."""
    made = [command for step in (*READERS, "typeset") for command in reference().of_step(step)]
    names = in_turns([name for command in made for name in command.outputs], count, rng)
    trials = (_product(name, folder / str(number), rng) for number, name in enumerate(names))
    return Fault.of("figure, table, claim, text, PDF or record cut or altered", trials)


def _product(name: str, folder: Path, rng: Random) -> Trial:
    root = whole_copy(folder)
    done = damage(root / name, rng)
    planned = Products(Plan(load(root, {})))
    try:
        again = any(planned.stale(product) for product in planned.reachable(TARGETS))
    except UserError:
        return Trial(True)
    except Exception as error:
        return Trial(False, f"{done}: planning: {error!r}")
    if again:
        return Trial(True)
    return verified(root, folder, done, Path(name).name)


def kept(count: int, folder: Path, rng: Random) -> Fault:
    """What planning keeps is damaged: the plan stays the same, and a run is there, failed, or tried again."""
    folder.mkdir(exist_ok=True)
    kinds = in_turns((_code_cache, _outcome), count, rng)
    return Fault.of("cached digest or outcome cut or altered", [kind(folder / "kept.json", rng) for kind in kinds])


def _code_cache(path: Path, rng: Random) -> Trial:
    """Damage the cache between two plans; the second one is the first, and mends the cache."""
    root = reference().root
    _forget()
    planned = commands(root)
    code_cache.keep(path)
    whole = path.read_bytes()
    done = damage(path, rng)
    _forget()
    try:
        code_cache.restore(path)
        same = commands(root) == planned
        code_cache.keep(path)
    except Exception as error:
        return Trial(False, f"code cache: {done}: {error!r}")
    if not same:
        return Trial(False, f"code cache: {done}: another plan", lost=True)
    mended = path.read_bytes() == whole
    return Trial(mended, "" if mended else f"code cache: {done}: stays damaged")


def _forget() -> None:
    """Let planning be as in a new process."""
    code.REMEMBERED.clear()
    code.forget()


def _outcome(path: Path, rng: Random) -> Trial:
    root = whole_copy(path.parent / "tried")
    plan = Plan(load(root, {}))
    run = rng.choice([run for runs in plan.runs.values() for run in runs])
    (root / run.folder / run.last).unlink()
    write_outcome(root / run.outcome, "failed", "the loss is not finite")
    done = damage(root / run.outcome, rng)
    said = plan.failed(run)
    shutil.rmtree(root)
    # One bit of the message may be another; what failed stays failed, or is tried again.
    survived = said is None or len(said) == len("the loss is not finite")
    return Trial(survived, "" if survived else f"outcome: {done}: failed because of {said!r}")


def verified(root: Path, folder: Path, done: str, name: str) -> Trial:
    """Whether `labreport verify` finds what was done to a file."""
    ended = command_line(["verify"], root, folder / "log")
    if ended.crashed:
        return Trial(False, f"{done}: verify: {ended.summary}")
    found = ended.status == 1 and name in ended.said
    return Trial(found, "" if found else f"{done}: verify does not find it: {ended.summary}", lost=not found)


def whole_copy(folder: Path) -> Path:
    """A copy of the finished project."""
    reference().of_step("typeset")
    return Path(shutil.copytree(reference().root, folder / "project", ignore=shutil.ignore_patterns("tests", "docs")))
