"""A number of an experiment by its name: measured, with its error and a value per sample, declared, or published."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from labreport.convergence import TOLERANCE, convergence_epoch
from labreport.errors import ResultsError
from labreport.groups import GROUPS
from labreport.metrics import SPLITS
from labreport.quantities.registry import PUBLISHED, Quantity, called, members, numbers
from labreport.quantities.values import Measured, Samples, finite_variance, sampling, standardised
from labreport.result_files import read_predictions
from labreport.results import Results

# Reports state accuracies to a tenth of a percent, correlations and the accuracy of a class to a hundredth, or finer.
COARSEST = {"train_accuracy": 3, "val_accuracy": 3, "val_pearson": 2, "test_pearson": 2, "per_class": 2}
QUANTISATION = 0.5  # epochs: a metric is known at the ends of epochs only
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


def settings(results: Results, experiment: str) -> dict[str, float]:
    """Every number that model, training and data of an experiment were declared with, with defaults, by its last name.

    A name that stands in several places, such as a parameter of two augmentations, has the path in front:
    `augment.crop.p`.
    """
    spec = results.run_spec(experiment)
    trained = {"model": spec["model"].get("parameters", {}), **spec["training"]}  # without defaults
    declared = dict(results.declared(experiment) or trained)
    dataset = spec["data"]["dataset"]
    if dataset in (results.spec.get("data") or {}):
        declared["data"] = (results.dataset(dataset).get("spec") or {}).get("variants") or []
    return numbers(declared)


def stated(results: Results, experiment: str, figure: str) -> Any:
    """A published figure of an experiment.

    Raises:
        ResultsError: the published report does not state it.
    """
    published = results.published(experiment)
    if figure not in published:
        found = ", ".join(published) or "nothing"
        raise ResultsError(f"{results.name}: no {figure} of {experiment} was published; what was: {found}")
    return published[figure]


def rounding(value: float, figure: str) -> float:
    """Half a unit of the last digit that was printed: the most by which rounding can have moved a published figure.

    The digits are those of the shortest decimal text; zeros at the end are lost in it, so that it has at least as many
    digits as such figures are commonly given with.

    >>> rounding(0.719, "val_accuracy"), rounding(0.5, "val_accuracy"), rounding(0.607, "val_pearson")
    (0.0005, 0.0005, 0.0005)
    """
    exponent = Decimal(repr(value)).as_tuple().exponent
    digits = max(-int(exponent), COARSEST.get(figure, 0))
    return 0.5 * 10**-digits


def _measured(results: Results, experiment: str, quantity: Quantity, argument: str, dataset: str) -> Measured:
    if quantity.name == "accuracy_on":
        return _accuracy_on(results, experiment, argument, dataset)
    if quantity.name == "epochs_to":
        if argument == "best":
            raise ResultsError(f"{results.name}: epochs_to(best) is of several experiments; give a number for one")
        return epochs_to(results, experiment, float(argument))
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


def _curves(results: Results, experiment: str) -> dict[int, pd.Series]:
    """The task's own metric on the validation samples: seed -> by epoch, counted from 1."""
    metric = f"val_{results.metric(experiment)}"
    frame = results.metrics(experiment, [metric]).sort_values("epoch")
    seeds = [run.seed for run in results.runs(experiment)]
    return {seed: frame[frame["seed"] == seed].set_index("epoch")[metric] for seed in seeds}


def epochs_to(results: Results, experiment: str, level: float) -> Measured:
    """The first epoch at which the task's metric is at least `level` on the validation samples; NaN where none is."""
    found = {seed: first_epoch(curve, level) for seed, curve in _curves(results, experiment).items()}
    epochs = pd.Series({seed: np.nan if epoch is None else float(epoch) for seed, epoch in found.items()})
    return Measured(epochs, _epoch_error(results, experiment, lambda _: level))


def convergence(results: Results, experiment: str) -> Measured:
    """The epoch of convergence, on the validation samples."""
    epochs = {seed: float(convergence_epoch(list(curve))) for seed, curve in _curves(results, experiment).items()}
    return Measured(pd.Series(epochs), _epoch_error(results, experiment, lambda curve: float(curve.max()) - TOLERANCE))


def _epoch_error(results: Results, experiment: str, level: Callable[[pd.Series], float]) -> float:
    """Standard error of a first epoch: half of those between one sampling error below the level and one above it."""
    unit, least = ("fraction", 0.0) if results.metric(experiment) == "accuracy" else ("correlation", -1.0)
    samples = int(results.summary(experiment)["val_samples"].min())
    widths = []
    for curve in _curves(results, experiment).values():
        middle, end = level(curve), int(curve.index[-1])
        error = sampling(unit, min(max(middle, least), 1.0), samples)
        early, late = first_epoch(curve, middle - error), first_epoch(curve, middle + error)
        widths.append((end if late is None else late) - (end if early is None else early))
    return max(QUANTISATION, float(np.mean(widths)) / 2)


def first_epoch(curve: pd.Series, level: float) -> int | None:
    """First epoch (from the index) at which `curve` is at least `level`; None where it never is."""
    reached = curve.index[curve.to_numpy() >= level]
    return int(reached[0]) if len(reached) else None


def chance(results: Results, experiment: str) -> Measured:
    """What guessing gets right: 1 / (number of classes)."""
    classes = len(results.summary(experiment)["classes"].iloc[0])
    if classes < 2:
        raise ResultsError(f"{results.name}: chance needs two classes at least; {experiment} has {classes}")
    return Measured(pd.Series({run.seed: 1 / classes for run in results.runs(experiment)}))


def farthest_from_chance(results: Results, experiment: str) -> Measured:
    """The validation accuracy of the epoch that lies farthest from chance, to either side."""
    level = chance(results, experiment).mean
    curves = _curves(results, experiment)
    distances = {seed: np.abs(curve.to_numpy() - level) for seed, curve in curves.items()}
    values = pd.Series({seed: float(curve.iloc[distances[seed].argmax()]) for seed, curve in curves.items()})
    samples = int(results.summary(experiment)["val_samples"].min())
    return Measured(values, sampling("fraction", float(values.mean()), samples))


def epoch_seconds(results: Results, experiment: str) -> Measured:
    """The median wall time of an epoch."""
    frame = results.metrics(experiment, ["seconds"])
    repeats = {run.seed: frame.loc[frame["seed"] == run.seed, "seconds"].to_numpy() for run in results.runs(experiment)}
    return Measured(pd.Series({seed: float(np.median(times)) for seed, times in repeats.items()}), repeats=repeats)


def _seconds_per_epoch(results: Results, experiment: str) -> Measured:
    seconds, count = (_column(results, experiment, column).values for column in ("seconds", "epochs"))
    return Measured(seconds / count)


def _generalisation_gap(results: Results, experiment: str) -> Measured:
    return measure(results, experiment, "train_accuracy").minus(measure(results, experiment, "val_accuracy"))


TAKEN: Mapping[str, Callable[[Results, str], Measured]] = {
    "generalisation_gap": _generalisation_gap,
    "chance": chance,
    "farthest_from_chance": farthest_from_chance,
    "convergence_epoch": convergence,
    "epoch_seconds": epoch_seconds,
    "seconds_per_epoch": _seconds_per_epoch,
}
