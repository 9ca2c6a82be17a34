"""A quantity of an experiment: a value per seed, how surely the samples tell it, and a value per sample."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from labreport.errors import ResultsError
from labreport.groups import GROUPS
from labreport.metrics import SPLITS
from labreport.quantities import epochs
from labreport.quantities.declared import rounding, settings, stated
from labreport.quantities.registry import PUBLISHED, Quantity, called, members
from labreport.quantities.values import Measured, Samples, finite_variance, sampling, standardised
from labreport.result_files import read_predictions
from labreport.results import Results

_MEASURED: dict[tuple[Any, ...], Measured] = {}  # of this process, by what it is and the files that it was read from


def measure(results: Results, experiment: str, name: str, dataset: str = "") -> Measured:
    """A quantity of an experiment, by its name.

    Args:
        results: the runs.
        experiment: its name.
        name: of `labreport.quantities.registry`, with its argument; `published.NAME`; or a declared setting, such as
            `learning_rate`, `momentum`, `padding` or `width`.
        dataset: the long-tailed data set that says which classes are `short` and `full`.

    Raises:
        ResultsError: there is no such quantity or setting, or the runs do not have it.
    """
    if name.startswith(PUBLISHED):
        figure = name.removeprefix(PUBLISHED)
        value = stated(results, experiment, figure)
        return Measured(pd.Series({"published": float(value)}), rounding=rounding(value, figure))
    try:
        quantity, argument = called(name)
    except ValueError as error:
        declared = settings(results, experiment)
        if name in declared:
            return _constant(results, experiment, declared[name])
        raise ResultsError(f"{results.name}: {error}; settings of {experiment}: {', '.join(declared)}") from None
    files = [file for run in results.runs(experiment) for file in sorted(run.path.iterdir())]
    key = name, dataset and str(results.data_folder(dataset)), *((file, file.stat().st_mtime_ns) for file in files)
    if key not in _MEASURED:
        _MEASURED[key] = _measured(results, experiment, quantity, argument, dataset)
    return _MEASURED[key]


def _measured(results: Results, experiment: str, quantity: Quantity, argument: str, dataset: str) -> Measured:
    if quantity.name == "accuracy_on":
        return _accuracy_on(results, experiment, argument, dataset)
    if quantity.name == "epochs_to":
        if argument == "best":
            raise ResultsError(f"{results.name}: epochs_to(best) is of several experiments; give a number for one")
        return epochs.epochs_to(results, experiment, float(argument))
    if quantity.name in TAKEN:
        return TAKEN[quantity.name](results, experiment)
    found = _column(results, experiment, quantity.name)
    if quantity.unit not in {"fraction", "correlation"}:
        return found
    split = quantity.name.removeprefix("best_").partition("_")[0]
    samples = _column(results, experiment, f"{split}_samples").values
    finite = sampling(quantity.unit, found.mean, int(samples.min()))
    return Measured(found.values, finite, _samples_of(results, experiment, quantity.name))


def _column(results: Results, experiment: str, column: str) -> Measured:
    summary = results.summary(experiment)
    if column not in summary:
        raise ResultsError(f"{results.name}: the runs of {experiment} have no {column}")
    return Measured(summary.set_index("seed")[column].astype(float).sort_index())


def _constant(results: Results, experiment: str, value: float) -> Measured:
    return Measured(pd.Series({run.seed: value for run in results.runs(experiment)}))


def _samples_of(results: Results, experiment: str, column: str) -> Samples | None:
    """A value per sample of what runs keep predictions of: the split that judges, by the epoch that counts."""
    split, _, metric = column.partition("_")
    task = results.task(experiment)
    if split != ("test" if "test" in SPLITS[task] else "val") or metric not in {"accuracy", "pearson", "spearman"}:
        return None
    truth, predicted = _predictions(results, experiment)
    if metric == "accuracy":
        answers = (predicted == truth[:, None]).astype(float)
        return Samples(truth, answers - answers.mean(0), 1.0, answers=answers)
    score = truth
    if metric == "spearman":
        score, predicted = pd.Series(truth).rank().to_numpy(), pd.DataFrame(predicted).rank().to_numpy()
    # The influence function of Pearson's r: z_x z_y - r (z_x^2 + z_y^2) / 2 (Devlin, Gnanadesikan & Kettenring 1975).
    scores = standardised(np.column_stack([score, predicted]))
    x, y = scores[:, :1], scores[:, 1:]
    r = (x * y).mean(0)
    return Samples(truth, x * y - r * (x**2 + y**2) / 2, scores=scores)


def _predictions(results: Results, experiment: str) -> tuple[np.ndarray, np.ndarray]:
    """Truth (samples,) and predictions (samples, runs).

    Raises:
        ResultsError: the runs were measured on different samples.
    """
    found = [read_predictions(run.path / "predictions.npz") for run in results.runs(experiment)]
    truth = found[0]["true"]
    if not all(np.array_equal(truth, one["true"]) for one in found):
        raise ResultsError(f"{results.name}: the runs of {experiment} were measured on different samples")
    return truth, np.column_stack([one["predicted"] for one in found])


def _accuracy_on(results: Results, experiment: str, argument: str, dataset: str) -> Measured:
    """The mean accuracy of some classes, each of the same weight, however many samples it was tested on."""
    names = members(argument)
    if argument in GROUPS:
        names = results.class_groups(dataset)[GROUPS.index(argument)]
    classes = list(results.summary(experiment)["classes"].iloc[0])
    if absent := [name for name in names if name not in classes]:
        raise ResultsError(f"{results.name}: {experiment} has no class {', '.join(absent)}")
    truth, predicted = _predictions(results, experiment)
    answers = (predicted == truth[:, None]).astype(float)
    influence, values, weights = np.zeros_like(answers), np.zeros(answers.shape[1]), []
    for name in names:
        rows = truth == classes.index(name)
        if not rows.any():
            raise ResultsError(f"{results.name}: {experiment} was tested on no sample of {name}")
        accuracy, weight = answers[rows].mean(0), len(truth) / (len(names) * rows.sum())
        influence[rows] = weight * (answers[rows] - accuracy)
        values += accuracy / len(names)
        weights.append(weight)
    by_seed = pd.Series(values, index=[run.seed for run in results.runs(experiment)])
    samples = Samples(truth, influence, float(np.mean(weights)))
    return Measured(by_seed, float(np.sqrt(finite_variance(influence.mean(1), samples.flip))), samples)


def _seconds_per_epoch(results: Results, experiment: str) -> Measured:
    seconds, count = (_column(results, experiment, column).values for column in ("seconds", "epochs"))
    return Measured(seconds / count)


def _generalisation_gap(results: Results, experiment: str) -> Measured:
    return measure(results, experiment, "train_accuracy").minus(measure(results, experiment, "val_accuracy"))


TAKEN: Mapping[str, Callable[[Results, str], Measured]] = {
    "generalisation_gap": _generalisation_gap,
    "chance": epochs.chance,
    "farthest_from_chance": epochs.farthest_from_chance,
    "convergence_epoch": epochs.convergence,
    "epoch_seconds": epochs.epoch_seconds,
    "seconds_per_epoch": _seconds_per_epoch,
}
