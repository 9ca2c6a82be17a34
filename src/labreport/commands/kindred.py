"""Earlier runs that are what a declaration leads to but for their seed, or but for their seed and their code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from labreport.planning.changes import read_object
from labreport.planning.keys import canonical, prepared_identity
from labreport.planning.plan import Kept, Plan

# A run's settings without seed and code -> what it was trained on; None where nothing tells that any more.
Origins = tuple[str | None, str | None]


class Kindred:
    """What declarations lead to, compared without seeds, and without digests of code.

    Args:
        plans: of the same project, at whatever scales.
    """

    def __init__(self, plans: Iterable[Plan]) -> None:
        self._any_seed: set[str] = set()
        self._any_code: dict[str, set[Origins]] = {}
        self._measurements: set[str] = set()
        for plan in plans:
            for run in (run for runs in plan.runs.values() for run in runs):
                self._any_seed.add(_named(run.name, _without(run.spec, "seed")))
                origins = _data_form(run.data.spec), _vectors_form(run.vectors.spec) if run.vectors else None
                self._any_code.setdefault(_named(run.name, _settings(run.spec)), set()).add(origins)
            self._measurements.update(_measurement_form(kept) for kept in plan.measurements.values())

    def differs_in_seed(self, experiment: str, spec: Mapping[str, Any]) -> bool:
        """Whether an experiment that is declared would have this spec with some seed."""
        return _named(experiment, _without(spec, "seed")) in self._any_seed

    def differs_in_code(self, root: Path, experiment: str, spec: Mapping[str, Any]) -> bool:
        """Whether it would have this spec with some seed if the code were what it was.

        Args:
            root: the project's folder; what the run was trained on is compared as far as it is still there.
            experiment: its name.
            spec: of a run.
        """
        declared = self._any_code.get(_named(experiment, _settings(spec)), set())
        data, vectors = _origins(root, spec)
        return any(data in {None, one} and (vectors is None or vectors == other) for one, other in declared)

    def measurement_differs_in_code(self, name: str, spec: Mapping[str, Any]) -> bool:
        """Whether a measurement that is declared would have this spec if the code were what it was."""
        return _named(name, _without(spec, "code")) in self._measurements


def specs_in(root: Path, sort: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(name, folder of the finished one, spec) of what lies under results/, finished, under way or stopped.

    Args:
        root: the project's folder.
        sort: runs or measurements.
    """
    for path in sorted((root / "results" / sort).glob("*/*/spec.json")):
        if spec := read_object(path):
            key = path.parent.name.partition(".part")[0]
            yield path.parent.parent.name, f"results/{sort}/{path.parent.parent.name}/{key}", spec


def _settings(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A run's spec without seed, code, and the keys of what it was trained on, which digests of code enter."""
    data = spec.get("data")
    dataset = data.get("dataset") if isinstance(data, Mapping) else None
    return {**_without(spec, "seed", "code"), "data": dataset, "vectors": "vectors" in spec}


def _origins(root: Path, spec: Mapping[str, Any]) -> Origins:
    data, vectors = (part if isinstance(part, dict) else {} for part in (spec.get("data"), spec.get("vectors")))
    prepared = (read_object(root / f"results/data/{data.get('dataset')}/{data.get('key')}/dataset.json") or {}).get(
        "spec"
    )
    learnt = read_object(root / f"results/vectors/{data.get('dataset')}/{vectors.get('key')}/spec.json")
    return _data_form(prepared) if isinstance(prepared, dict) else None, _vectors_form(learnt) if learnt else None


def _data_form(spec: Mapping[str, Any]) -> str:
    """Prepared data without digests of code: one of the generator enters the key of a sample, which nothing undoes."""
    source = str(spec.get("digest"))
    digest = "sample" if source.startswith("sample:") else source
    return canonical({**_without(prepared_identity(spec), "code"), "digest": digest})


def _vectors_form(spec: Mapping[str, Any]) -> str:
    """Word vectors without digests of code; what they were learnt from is what the run was trained on."""
    return canonical(_without(spec, "code", "data"))


def _measurement_form(kept: Kept) -> str:
    return _named(kept.name, _without(kept.spec, "code"))


def _without(spec: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in spec.items() if name not in names}


def _named(name: str, spec: Mapping[str, Any]) -> str:
    return canonical({"name": name, "spec": spec})
