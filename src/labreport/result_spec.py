"""What the spec of a step says of its experiments, before any of their runs is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labreport.errors import ResultsError


@dataclass(frozen=True)
class Run:
    """One run of an experiment: where its files lie."""

    seed: int
    path: Path


def shown_title(name: str, entry: Mapping[str, Any], lang: str) -> str:
    """How reports call an experiment.

    Args:
        name: the experiment's.
        entry: what a spec says of it.
        lang: `zh` or `en`.
    """
    title = entry.get("title") or name
    return str(title[lang] if isinstance(title, Mapping) else title)


def titled(spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """The spec of a figure, table or claim in which experiments go by their titles.

    Args:
        spec: as it was planned; `naming` says which options name experiments.
        lang: the language of the titles.
    """
    titles = {name: shown_title(name, entry, lang) for name, entry in spec["experiments"].items()}
    options = dict(spec["options"])
    for key in spec.get("naming", ()):
        value = options[key]
        options[key] = [titles[name] for name in value] if isinstance(value, list) else titles[value]
    entries = {titles[name]: entry for name, entry in spec["experiments"].items()}
    return {**spec, "experiments": entries, "options": options}


class Specified:
    """Experiments, data sets and measurements that one figure, table, claim or text may use.

    Args:
        spec: the spec of a `draw`, `tabulate`, `judge`, `gather` or `write` step.

    Every method that takes an experiment raises `ResultsError` when the spec does not name it.
    """

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.spec = spec
        self.name: str = spec.get("name", "")
        self.scale: str = spec.get("scale", "full")
        self._experiments: Mapping[str, Any] = spec.get("experiments") or {}

    @property
    def experiments(self) -> list[str]:
        """Names of all experiments, in the report's order."""
        return list(self.spec.get("order") or self._experiments)

    def comparable(self, experiment: str) -> bool:
        """Whether `experiment` is the published one, so that measured and published numbers may be subtracted.

        All are at full scale; another scale may leave some as they are.
        """
        return bool(self._entry(experiment)["as_published"])

    @property
    def real_data(self) -> bool:
        """Whether the runs saw the real data, so that published curves may stand beside measured ones."""
        return bool(self.spec.get("source") == "archive")

    def specified(self, experiment: str) -> list[Run]:
        """The runs of `experiment` that are named, in the order of their seeds."""
        runs = self._entry(experiment).get("runs") or []
        found = [Run(int(run["seed"]), Path(run["path"])) for run in runs]
        return sorted(found, key=lambda run: run.seed)

    def planned(self, experiment: str) -> int:
        """How many runs of `experiment` were planned, those that failed among them."""
        return len(self.specified(experiment)) + len(self.failures(experiment))

    def failures(self, experiment: str) -> dict[int, str]:
        """Seed -> why its run failed, of those runs of `experiment` that the report is made without."""
        stated = self._entry(experiment).get("failures") or {}
        return {int(seed): str(message) for seed, message in stated.items()}

    def title(self, experiment: str, lang: str) -> str:
        """How reports call `experiment`."""
        return shown_title(experiment, self._entry(experiment), lang)

    def base_dataset(self, experiment: str) -> str:
        """The data set that `experiment` was trained on; where that is a variant, the one it was made from."""
        entry = self._entry(experiment)
        return str(entry.get("base") or entry["dataset"])

    def model(self, experiment: str) -> dict[str, Any]:
        """The parameters that the model of `experiment` was declared with; others have its constructor's defaults."""
        return dict(self._entry(experiment).get("model") or {})

    def declared(self, experiment: str) -> dict[str, Any]:
        """All that `experiment` was declared with, defaults included; only what is made for a text has it."""
        return dict(self._entry(experiment).get("declared") or {})

    def setting(self, experiment: str, path: str) -> float:
        """The number that `experiment` was trained with as a setting that the item names, such as `model.width`."""
        return float(self._entry(experiment)["settings"][path])

    def trained_on(self, experiment: str) -> str:
        """The data set that `experiment` was trained on, as it is called where it was declared."""
        return str(self._entry(experiment)["dataset"])

    def vectors(self, experiment: str) -> dict[str, Any] | None:
        """What the word vectors of `experiment` were declared with; None where it has none."""
        found: dict[str, Any] | None = self._entry(experiment).get("vectors")
        return found

    def published(self, experiment: str) -> dict[str, Any]:
        """What the published report states, each only where it is stated.

        Numbers as floats: fractions (`val_accuracy`, `train_accuracy`), `seconds`, `best_epoch`, `convergence_epoch`,
        `test_loss`, `test_pearson`, `val_pearson`; and `per_class`, class name -> fraction.
        """
        stated = self._entry(experiment).get("published") or {}
        found: dict[str, Any] = {key: float(value) for key, value in stated.items() if isinstance(value, int | float)}
        if per_class := stated.get("per_class"):
            found["per_class"] = {str(name): float(value) for name, value in per_class.items()}
        return found

    def _entry(self, experiment: str) -> Mapping[str, Any]:
        if experiment not in self._experiments:
            known = ", ".join(self._experiments) or "none"
            raise ResultsError(f"{self.name}: there is no experiment {experiment!r} here; there are: {known}")
        entry: Mapping[str, Any] = self._experiments[experiment]
        return entry

    def _folder(self, group: str, name: str) -> Path:
        folders = self.spec.get(group) or {}
        if name not in folders:
            known = ", ".join(folders) or "none"
            raise ResultsError(f"{self.name}: there is no {name!r} among the {group} here; there are: {known}")
        return Path(folders[name])
