"""Which experiments may be compared, and the difference between two of them in one quantity."""

from collections.abc import Sequence

import pandas as pd

from labreport.claims import wording
from labreport.claims.estimates import Estimate, between, of_runs
from labreport.errors import ResultsError
from labreport.quantities.measured import measure
from labreport.quantities.registry import TIMES, Quantity, called
from labreport.results import Options, Results

MACHINE = ["device", "precision", "threads", "torch"]


def difference(results: Results, options: Options, one: str, other: str) -> Estimate:
    """`one` minus `other` in the quantity, or the other way round where lower is better: positive where `one` is.

    Args:
        results: the runs.
        options: `quantity` and, of its groups of classes, `dataset`; `minus`, another quantity of the same runs.
        one: an experiment.
        other: another; the same one where `minus` is given.
    """
    quantity, _ = called(options["quantity"])
    first = measure(results, one, options["quantity"], options.get("dataset", ""))
    if minus := options.get("minus"):
        second = measure(results, other, minus, options.get("dataset", ""))
        return of_runs(first.minus(second), quantity.exact and called(minus)[0].exact)
    second = measure(results, other, options["quantity"], options.get("dataset", ""))
    found = between(first, second, quantity.exact)
    return found.negated() if quantity.higher_is_better is False else found


def means_of(results: Results, options: Options, experiments: Sequence[str], quantity: str = "") -> dict[str, float]:
    """Means over seeds by experiment, of the claim's quantity or another one."""
    name, dataset = quantity or options["quantity"], options.get("dataset", "")
    return {one: float(measure(results, one, name, dataset).mean) for one in experiments}


def quantity_of(options: Options) -> Quantity:
    """The quantity that a claim is about."""
    return called(options["quantity"])[0]


def margin_of(options: Options, key: str) -> float:
    """A limit in the quantity's own unit."""
    return float(options.get(key, 0.0)) * quantity_of(options).declared_unit


def obstacle(results: Results, experiments: Sequence[str], quantity: Quantity) -> dict[str, str]:
    """Why runs cannot be compared, in each language; empty where they can.

    Times are compared of runs on one sort of machine, in one precision, with as many threads and one version of
    PyTorch, and of none that shared its device.

    Raises:
        ResultsError: the runs used different data sets. Variants of one data set share its test split.
    """
    used = {name: results.base_dataset(name) for name in experiments}
    if len(set(used.values())) > 1:
        found = ", ".join(f"{name} on {dataset}" for name, dataset in used.items())
        raise ResultsError(f"{results.name}: a claim compares runs of one data set; found {found}")
    if quantity.name not in TIMES:
        return {}
    machines = pd.concat([results.environment(name) for name in experiments])
    if len(machines[MACHINE].astype(str).drop_duplicates()) == 1 and not machines["shared"].any():
        return {}
    return wording.doubt("machines")
