"""How long training will take, from the seconds of earlier runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labreport.planning.changes import read_object
from labreport.planning.history import Earlier, History, kept_epoch
from labreport.planning.plan import Kept, Plan, Run

# Parameters of a data set that say how much of a split is taken: samples are in proportion to them.
SHARES = ("train_per_class", "train_pairs")


@dataclass(frozen=True)
class Estimate:
    """What training takes, one run after the other.

    Attributes:
        seconds: run's folder -> seconds of wall time; a run that nothing tells about is not in it.
        unknown: the runs that are not.
        other_data: whether there are earlier runs of these, on data whose size tells nothing of theirs.
        devices: what the earlier runs were trained on.
        earlier: how many earlier runs it rests on.
    """

    seconds: Mapping[str, float]
    unknown: tuple[Run, ...]
    other_data: bool
    devices: tuple[str, ...]
    earlier: int

    @property
    def total(self) -> float:
        """Seconds of all runs that something is known of."""
        return sum(self.seconds.values())


def estimate(history: History, runs: Iterable[Run]) -> Estimate:
    """Seconds of runs: those of the nearest earlier run, times the ratio of epochs and of training samples.

    Args:
        history: the earlier runs.
        runs: those to be trained; of one that stopped, only the epochs that are left count.
    """
    seconds: dict[str, float] = {}
    unknown, used, other_data = [], {}, False
    for run in runs:
        earlier = history.nearest(run, same_seed=False)
        taken = None if earlier is None else _scaled(history.plan, earlier, run)
        if earlier is None or taken is None:
            unknown.append(run)
            other_data = other_data or earlier is not None
        else:
            seconds[run.folder] = taken
            used[earlier.folder] = earlier
    devices = dict.fromkeys(str(one.environment.get("device") or "an unknown device") for one in used.values())
    return Estimate(seconds, tuple(unknown), other_data, tuple(devices), len(used))


def _scaled(plan: Plan, earlier: Earlier, run: Run) -> float | None:
    """Seconds of a run; None where its size or that of the earlier one cannot be told."""
    taken, epochs, samples = (_number(earlier.summary.get(name)) for name in ("seconds", "epochs", "train_samples"))
    planned = _samples(plan.root, run.data, earlier, samples)
    if taken is None or not epochs or not samples or planned is None:
        return None
    left = run.spec["training"]["epochs"] - (kept_epoch(plan, run) or 0)
    return taken * left / epochs * planned / samples


def _samples(root: Path, data: Kept, earlier: Earlier, samples: float | None) -> float | None:
    """Training samples of prepared data: as they say, else as many as the earlier run had, in proportion."""
    prepared = read_object(root / data.file(data.last)) or {}
    if (stated := _number(prepared.get("train_samples"))) is not None:
        return stated
    old = _object(earlier.spec, "data")
    if old.get("dataset") != data.name or samples is None:
        return None
    if old.get("key") == data.key:
        return samples
    before = _object(read_object(root / f"results/data/{data.name}/{old.get('key')}/dataset.json"), "spec")
    shares = [[_number(_object(spec, "parameters").get(name)) for name in SHARES] for spec in (before, data.spec)]
    if _source(before) != _source(data.spec) or before.get("variants") != data.spec.get("variants"):
        return None
    if shares[0] == shares[1]:
        return samples
    known = [(one, other) for one, other in zip(*shares, strict=True) if one and other]
    return samples * known[0][1] / known[0][0] if known else None


def _source(spec: Mapping[str, Any]) -> str:
    """What data were prepared from; another generator's code gives a sample another key and hardly another size."""
    source = str(spec.get("digest"))
    return "sample" if source.startswith("sample:") else source


def _object(value: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    """The object of a name in one that was read; empty where there is none."""
    found = (value or {}).get(name)
    return found if isinstance(found, Mapping) else {}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
