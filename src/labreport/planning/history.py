"""Earlier runs, and why a run is to be trained although they are there.

Reads `spec.json`, `code.json` and `summary.json` of finished runs, and only of experiments that are asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from labreport.files import FAILURE
from labreport.planning import code
from labreport.planning.changes import change, data_changes, read_object, spread, vectors_changes
from labreport.planning.difference import differences
from labreport.planning.keys import run_roots
from labreport.planning.plan import Plan, Run
from labreport.training.checkpoint_files import checkpoints_in, folder_of

# An edit of many modules is told by the first ones and their number.
MODULES_NAMED = 3


@dataclass(frozen=True)
class Earlier:
    """A finished run as its folder tells it.

    Attributes:
        folder: where it lies.
        spec: what was trained.
    """

    folder: Path
    spec: Mapping[str, Any]

    @cached_property
    def spread(self) -> Any:
        """Its spec as it is compared, without the seed."""
        return _comparable(self.spec)

    @cached_property
    def meanings(self) -> dict[str, str]:
        """Module -> digest of its meaning, of all that the run's code digest covers; empty where it is not recorded."""
        return read_object(self.folder / "code.json") or {}

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Its `summary.json`; empty where that cannot be read."""
        return read_object(self.folder / "summary.json") or {}

    @cached_property
    def environment(self) -> dict[str, Any]:
        """Its `environment.json`; empty where that cannot be read."""
        return read_object(self.folder / "environment.json") or {}


class History:
    """The earlier runs of a plan's experiments, each read when it is asked for and at most once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._runs: dict[str, list[Earlier]] = {}
        self._meanings = cache(lambda roots: code.meanings(roots))

    def runs(self, experiment: str) -> list[Earlier]:
        """All finished runs of an experiment, whatever their settings; one whose spec cannot be read is left out."""
        if experiment not in self._runs:
            folders = sorted((self.plan.root / "results/runs" / experiment).glob("*/SHA256SUMS"))
            specs = ((path.parent, read_object(path.with_name("spec.json"))) for path in folders)
            self._runs[experiment] = [Earlier(folder, spec) for folder, spec in specs if spec]
        return self._runs[experiment]

    def nearest(self, run: Run, *, same_seed: bool) -> Earlier | None:
        """The earlier run of the same experiment whose spec differs in the fewest leaves; of several, the newest.

        Args:
            run: the planned run.
            same_seed: only those with its seed; otherwise those with another do as well, and the seed counts nothing.
        """
        candidates = [one for one in self.runs(run.name) if not same_seed or one.spec.get("seed") == run.seed]
        planned = _comparable(run.spec)
        distances = [sum(1 for _ in differences(one.spread, planned)) for one in candidates]
        fewest = min(distances, default=0)
        near = [one for one, distance in zip(candidates, distances, strict=True) if distance == fewest]
        return (
            near[0] if len(near) == 1 else max(near, key=lambda one: str(one.environment.get("finished")), default=None)
        )

    def why(self, run: Run) -> str:
        """Why a run that is not there is to be trained, such as `learning_rate 0.001 -> 0.0005`.

        Returns:
            Several changes are joined with commas.
        """
        if message := self.plan.failed(run) or _failure(self.plan.root / f"{run.folder}.part" / FAILURE):
            return f"failed before: {' '.join(message.split())}"
        if epoch := kept_epoch(self.plan, run):
            return f"stopped after epoch {epoch} of {run.spec['training']['epochs']}, goes on there"
        if (read_object(self.plan.root / run.outcome) or {}).get("status") == "finished":
            return "its results were removed"
        if earlier := self.nearest(run, same_seed=True):
            return ", ".join(self._changes(earlier, run)) or "its spec changed"
        return "new seed" if self.runs(run.name) else "never run"

    def _changes(self, earlier: Earlier, run: Run) -> Iterator[str]:
        found = list(differences(earlier.spread, _comparable(run.spec)))
        paths = {path for path, _, _ in found}
        for path, old, new in found:
            if path == ("data", "key"):
                if ("data", "dataset") not in paths:
                    yield from data_changes(self.plan.root, run.data, str(old))
            elif path[0] == "vectors":
                yield from vectors_changes(self.plan.root, run.vectors, old)
            elif path == ("code",):
                yield from self._code_changes(earlier, run, another_model=("model", "target") in paths)
            elif path != ("task", "target"):
                yield change(path, old, new)

    def _code_changes(self, earlier: Earlier, run: Run, *, another_model: bool) -> Iterator[str]:
        """Which modules changed; those that come or go with another model say nothing beside it."""
        old, new = earlier.meanings, self._meanings(tuple(run_roots(run.spec)))
        names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
        common = [name for name in names if name in old and name in new]
        if not old:
            yield "code changed"
        elif common:
            yield f"code of {listed(common, MODULES_NAMED)} changed"
        elif not another_model:
            yield f"code of {listed(names, MODULES_NAMED)} came or went"


def kept_epoch(plan: Plan, run: Run) -> int | None:
    """The last epoch of a stopped run that a checkpoint holds; None where there is none."""
    files = checkpoints_in(folder_of(plan.root / run.folder))
    return files[0].epoch if files else None


def listed(names: list[str], most: int) -> str:
    """The first names, and how many more there are."""
    more = len(names) - most
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:most])} and {more} more"


def _comparable(spec: Mapping[str, Any]) -> Any:
    return spread({name: value for name, value in spec.items() if name != "seed"})


def _failure(path: Path) -> str | None:
    """What an attempt that failed left in its unfinished folder."""
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None
