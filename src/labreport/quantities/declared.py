"""Numbers that were declared or published, not measured: settings by their names, published figures with rounding."""

from decimal import Decimal
from typing import Any

from labreport.errors import ResultsError
from labreport.quantities.registry import numbers
from labreport.results import Results

# Reports state accuracies to a tenth of a percent, correlations and the accuracy of a class to a hundredth, or finer.
COARSEST = {"train_accuracy": 3, "val_accuracy": 3, "val_pearson": 2, "test_pearson": 2, "per_class": 2}


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
