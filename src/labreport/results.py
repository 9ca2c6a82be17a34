"""Finished runs and measurements as frames: what figures, tables and claims are made from.

Reads the files that docs/reference/results.md lists under "A run" and "A measurement". A column or a file that is
missing or cannot be read is a `ResultsError` that names the file.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from labreport.errors import ResultsError
from labreport.metrics import metric_columns
from labreport.result_files import (
    CLAIM,
    CONFUSION,
    COSTS,
    COUNTS,
    CURVE,
    DATASET,
    ENVIRONMENT,
    PAIRS,
    PER_CLASS,
    SUMMARY,
    over_attempts,
    read_filters,
    read_object,
    read_predictions,
    read_table,
)
from labreport.training.tasks import TASKS

Options = Mapping[str, Any]  # of a kind of figure, table or claim, by the names that YAML has for them
SOMETIMES = ("precision", "threads", "shared")  # what not every run says of its environment


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


class Results:
    """The results that one figure, table, claim or text may use, and what its spec says of them.

    Args:
        spec: the spec of a `draw`, `tabulate`, `judge`, `gather` or `write` step; its paths are taken as they stand.

    Every method that takes an experiment raises `ResultsError` when the spec does not name it, and those that read a
    file when one of its runs is incomplete or not there.
    """

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.spec = spec
        self.name: str = spec.get("name", "")
        self.scale: str = spec.get("scale", "full")
        self._experiments: Mapping[str, Any] = spec.get("experiments") or {}

    # What the spec says

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

    # What its files hold

    @property
    def finished(self) -> list[str]:
        """When each run and measurement that is there finished, ISO 8601, as its `environment.json` says."""
        times = [str(time) for name in self.experiments for time in self.environment(name)["finished"]]
        folders = [self._folder("measurements", name) for name in self.spec.get("measurements") or {}]
        return times + [str(read_object(folder / "environment.json", ("finished",))["finished"]) for folder in folders]

    def runs(self, experiment: str) -> list[Run]:
        """The runs of `experiment`, in the order of their seeds."""
        planned = self.specified(experiment)
        gone = [str(run.path) for run in planned if not run.path.is_dir()]
        if gone or not planned:
            found = ", ".join(gone) or "none is planned"
            raise ResultsError(f"{experiment}: no finished run ({found}); build the report again to train it")
        return planned

    def task(self, experiment: str) -> str:
        """Name of the task that `experiment` was trained for, as its spec says."""
        path = self.runs(experiment)[0].path / "spec.json"
        name = read_object(path, ("task",))["task"].get("name")
        if name not in TASKS:
            raise ResultsError(f"{path}: task.name: found {name!r}; known: {', '.join(TASKS)}")
        return str(name)

    def metric(self, experiment: str) -> str:
        """The metric that tells how good a model is at the task of `experiment`: `accuracy` or `pearson`."""
        return TASKS[self.task(experiment)].metrics[0]

    def metrics(self, experiment: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """`epoch`, `columns` and `seed` of `metrics.csv`, a row per seed and epoch: accuracies as fractions, wall time.

        Which metrics there are follows from the task (`labreport.metrics.metric_columns`); losses of a similarity are
        on the scale of the scores.

        Args:
            experiment: its name.
            columns: those that are used; None for all.
        """
        if columns is None:
            wanted = ("epoch", *metric_columns(self.task(experiment)), *COSTS)
            return self._stack(experiment, "metrics.csv", lambda path: read_table(path, wanted))
        some = list(dict.fromkeys(("epoch", *columns)))
        return self._stack(experiment, "metrics.csv", lambda path: read_table(path, some)[some])

    def per_class(self, experiment: str) -> pd.DataFrame:
        """Columns `class, samples, correct, accuracy, seed`: a row per seed and class."""
        return self._of_task(experiment, "per_class.csv", PER_CLASS)

    def confusion(self, experiment: str) -> pd.DataFrame:
        """Columns `true, predicted, count, seed`: a row per seed and pair of classes."""
        return self._of_task(experiment, "confusion.csv", CONFUSION)

    def predictions(self, experiment: str) -> pd.DataFrame:
        """Columns `score, predicted, seed` of a similarity: a row per seed and pair of the test split, 0 to 5."""
        if self.metric(experiment) != "pearson":
            task = self.task(experiment)
            raise ResultsError(f"{self.name}: {experiment} was trained for {task}, which gives no scores")
        return self._stack(experiment, "predictions.npz", _scores)

    def filters(self, experiment: str) -> dict[int, np.ndarray]:
        """Seed -> weights of the model's first convolution after training, float32 (out, in, height, width).

        Raises:
            ResultsError: the file is not there, as where the model has no convolution, or holds something else.
        """
        return {run.seed: read_filters(run.path / "filters.npy") for run in self.runs(experiment)}

    def summary(self, experiment: str) -> pd.DataFrame:
        """Keys of `summary.json` as columns (`classes` holds lists): a row per seed.

        `val_*` are evaluated after the last epoch, and so are `train_*`, on the training samples as they are (the
        curve's last value, in `metrics`, was counted while the weights were changing, on augmented samples); where
        there is a test split of its own, `test_*` are those of `best_epoch`.
        """
        task = self.task(experiment)
        evaluated = {f"seen_{name}": f"train_{name}" for name in ("loss", *TASKS[task].metrics)}
        wanted = (*SUMMARY, *metric_columns(task), *evaluated, f"best_val_{TASKS[task].metrics[0]}")
        counted = {*evaluated.values()}  # while the weights were changing
        return pd.DataFrame(
            [
                {evaluated.get(key, key): value for key, value in record.items() if key not in counted}
                for record in self._records(experiment, "summary.json", wanted)
            ]
        )

    def environment(self, experiment: str) -> pd.DataFrame:
        """Keys of `environment.json` as columns, and `seed`: a row per seed.

        `precision` (that it was computed in), `threads` and `shared` (whether other runs used the device, too) are not
        recorded by every run. One that was taken up again may name several devices, precisions or versions.
        """
        found = self._records(experiment, "environment.json", ENVIRONMENT)
        records = pd.DataFrame([over_attempts(one) for one in found])
        records = records.assign(**{name: None for name in SOMETIMES if name not in records})
        return records.assign(shared=[value is True for value in records["shared"]])

    def unlike_precisions(self, experiments: Iterable[str]) -> dict[str, str]:
        """Experiment -> what its runs were computed in; empty where that is one for all, or nobody recorded it."""
        found = {name: self.environment(name)["precision"] for name in experiments if self.specified(name)}
        computed = {name: "/".join(sorted({*values.dropna()})) for name, values in found.items()}
        return computed if len({*computed.values()} - {""}) > 1 else {}

    def run_spec(self, experiment: str) -> dict[str, Any]:
        """The spec that the first run of `experiment` was trained with: `model`, `data`, `training` and more."""
        return read_object(self.runs(experiment)[0].path / "spec.json", ("model", "data", "training"))

    def curve(self, experiment: str) -> pd.DataFrame | None:
        """The published curve (`epoch`, losses, accuracies as fractions; may start late), None where there is none."""
        path = self._entry(experiment).get("curve")
        return None if path is None else read_table(Path(path), CURVE)

    def file(self, path: str) -> Path:
        """Where a file of the project lies that an option names."""
        return Path(self.spec["files"][path])

    def measurement(self, name: str, columns: Sequence[str] = ("implementation",)) -> pd.DataFrame:
        """`measurement.csv` of a measurement, a row per implementation.

        Raises:
            ResultsError: it is not in the spec, not there, or lacks one of `columns`.
        """
        folder = self._folder("measurements", name)
        return read_table(folder / "measurement.csv", columns)

    def claim(self, name: str) -> dict[str, Any]:
        """The file of a claim, as it was judged; see docs/reference/claims.md.

        Raises:
            ResultsError: it is not in the spec, not there, or lacks what is shown of it.
        """
        return read_object(self._folder("claims", name), CLAIM)

    def data_folder(self, name: str) -> Path:
        """The folder of a data set's prepared arrays."""
        return self._folder("data", name)

    def dataset(self, name: str) -> dict[str, Any]:
        """`dataset.json` of prepared data: `classes` with `train_counts` and `test_counts`; for pairs the sizes of the
        splits, of the vocabulary and of a sentence, and how many words are `unknown`."""
        path = self.data_folder(name) / "dataset.json"
        found = read_object(path, DATASET)
        return read_object(path, (*DATASET, *(COUNTS if found["classes"] else PAIRS)))

    def class_groups(self, name: str) -> tuple[list[str], list[str]]:
        """Names of the classes that a long-tailed data set cut short, and of those that it left full.

        Raises:
            ResultsError: no class of it was cut short, or all were.
        """
        dataset = self.dataset(name)
        variants = (dataset.get("spec") or {}).get("variants") or []
        cut = {index for variant in variants if variant["name"] == "longtail" for index in variant["classes"]}
        short = [label for index, label in enumerate(dataset["classes"]) if index in cut]
        full = [label for index, label in enumerate(dataset["classes"]) if index not in cut]
        if not short or not full:
            found = f"{len(short)} short classes and {len(full)} full ones"
            raise ResultsError(f"{self.name}: {name} has {found}; name a long-tailed data set, which has both")
        return short, full

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

    def _of_task(self, experiment: str, file: str, columns: Sequence[str]) -> pd.DataFrame:
        task = self.task(experiment)
        if file not in TASKS[task].files:
            raise ResultsError(
                f"{self.name}: {experiment} was trained for {task}, which leaves no {file} "
                f"but {', '.join(TASKS[task].files)}"
            )
        return self._stack(experiment, file, lambda path: read_table(path, columns))

    def _stack(self, experiment: str, file: str, read: Callable[[Path], pd.DataFrame]) -> pd.DataFrame:
        frames = [read(run.path / file).assign(seed=run.seed) for run in self.runs(experiment)]
        return pd.concat(frames, ignore_index=True)

    def _records(self, experiment: str, file: str, keys: Sequence[str]) -> list[dict[str, Any]]:
        return [{**read_object(run.path / file, keys), "seed": run.seed} for run in self.runs(experiment)]


def _scores(path: Path) -> pd.DataFrame:
    found = read_predictions(path)
    return pd.DataFrame({"score": found["true"], "predicted": found["predicted"]})
