"""Declarations with mistakes: each is planned, or ends in one message that names its file and key."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from benchmarks.project import ROOT
from faults.fault import Fault, Trial
from faults.isolated import CANARY
from faults.mutant import Mutant
from faults.mutants import OVERRIDES, mutants
from labreport.declarations.project import announcement, load
from labreport.errors import UserError
from labreport.planning.keys import canonical
from labreport.planning.plan import Plan
from labreport.planning.specs import gather_spec, item_spec, page_spec, text_spec

MOST_LETTERS = 20_000
# A file of config/, or the command line, then the line in it, the key, or what holds for it as a whole.
NAMED = re.compile(r"(config/[\w/.-]*|--config( \(or config/config\.yaml\))?)(:\d+:\d+)?: \S", re.ASCII)


def run(count: int, folder: Path, rng: Random) -> Fault:
    """As many files of config/ changed, one after the other, each planned in this process."""
    root = folder / "project"
    shutil.copytree(ROOT / "config", root / "config")
    trials: list[Trial] = []
    either = st.integers(0, 9).flatmap(lambda one: OVERRIDES if one == 0 else mutants())

    @seed(rng.getrandbits(64))
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(either)
    def one(case: Mutant | dict[str, Any]) -> None:
        trials.append(trial(root, case))

    one()
    return Fault.of("declarations with mistakes", trials)


def trial(root: Path, case: Mutant | Mapping[str, Any]) -> Trial:
    """What becomes of a project with one changed file, or with other values of `--config`."""
    canary = root / CANARY
    if isinstance(case, Mutant):
        name, fault = f"config/{case.file}: {case.change}", _with_file(root, case)
    else:
        name, fault = f"--config {dict(case)!r}"[:300], _fault(root, {"scale": "demo", **case})
    executed = canary.exists() or Path(CANARY).exists()
    fault = "ran its command" if executed else fault
    return Trial(fault is None, f"{name}: {fault}" if fault else "", executed=executed)


def _with_file(root: Path, mutant: Mutant) -> str | None:
    path = root / "config" / mutant.file
    original = (ROOT / "config" / mutant.file).read_bytes()
    if mutant.content is None:
        path.unlink()
    else:
        path.write_bytes(mutant.content)
    try:
        return _fault(root, overrides(mutant.file))
    finally:
        path.write_bytes(original)


def overrides(file: str) -> dict[str, Any]:
    """What to plan with so that a file is read."""
    if file == "config.yaml":
        return {}
    folder, _, name = file.rpartition("/")
    return {"scale": name.removesuffix(".yaml") if folder == "scales" else "demo"}


def _fault(root: Path, values: Mapping[str, Any]) -> str | None:
    """What is wrong with how planning ended."""
    try:
        specs = everything(root, values)
    except UserError as error:
        return unclear(str(error))
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:300]}"
    for spec in specs:
        if json.loads(canonical(spec).encode()) != json.loads(json.dumps(spec)):
            return "a spec that no job can be handed"
    return None


def unclear(message: str) -> str | None:
    """What is wrong with a message; None where each of its lines names a file and a key, and is readable."""
    lines = message.splitlines()
    wrong = next((line for line in lines if not NAMED.match(line) or not line.isprintable()), None)
    if wrong is not None or not lines:
        return f"unclear: {wrong!r}"[:400]
    return "endless" if len(message) > MOST_LETTERS else None


def everything(root: Path, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All specs that are planned from the declarations, as the jobs get them.

    Raises:
        UserError: the declarations are refused.
    """
    declarations = load(root, values)
    announcement(declarations)
    plan = Plan(declarations)
    runs = [run for every in plan.runs.values() for run in every]
    kept = [*plan.prepared.values(), *plan.vectors.values(), *plan.measurements.values(), *plan.samples.values(), *runs]
    specs = [one.spec for one in kept]
    for report in declarations.reports.values():
        specs += [gather_spec(plan, report), page_spec(plan, report), text_spec(plan, report, "zh")]
        for group, step in (("figures", "draw"), ("tables", "tabulate"), ("claims", "judge")):
            specs += [item_spec(plan, report, item, step, "zh") for item in getattr(report, group).values()]
    plan.unfinished(kept)
    return specs
