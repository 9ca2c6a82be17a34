"""One experiment, or one implementation of a measurement, costs so many times as much as another."""

import math
from collections.abc import Mapping
from typing import Any

from labreport.claims import estimates, wording
from labreport.claims.comparison import obstacle
from labreport.claims.estimates import Estimate
from labreport.claims.verdict import Evidence, Verdict, conclude
from labreport.errors import ResultsError
from labreport.languages import LANGUAGES, said
from labreport.quantities.measured import measure
from labreport.quantities.registry import Quantity, called
from labreport.results import Options, Results

COLUMNS = ("implementation", "milliseconds", "milliseconds_low", "milliseconds_high", "repeats")
MEASURED = Quantity("milliseconds", "milliseconds", higher_is_better=False)
# A median of n values of a normal distribution scatters by 1.2533 s / sqrt(n); its quartiles lie 1.349 s apart.
OF_QUARTILES = 1.2533 / 1.349


def judge(results: Results, options: Options) -> Verdict:
    """Compare the medians of two costs.

    Args:
        results: the runs or the measurement.
        options: `of` and `over` (experiments, or rows of `measurement`), `quantity` (of experiments; the median wall
            time of an epoch where it is left out), `at_least` or `at_most` (the ratio that is claimed).

    Returns:
        `supported` or `refuted` where the ratio's error tells it from the limit; `undecided` otherwise, and where the
        times were not taken on one sort of machine of their own.

    Raises:
        ResultsError: a cost is not positive.
    """
    of, over = options["of"], options["over"]
    if measurement := options.get("measurement"):
        quantity, doubt = MEASURED, {}
        costs = results.measurement(measurement, COLUMNS).set_index("implementation").to_dict("index")
        first, second = costs[of], costs[over]
        estimate = of_medians(first, second)
        means = {name: costs[name]["milliseconds"] for name in (of, over)}
        what = {lang: said("reasons", "ratio", lang, MEASURED.title(lang)) for lang in LANGUAGES}
    else:
        name = options.get("quantity", "epoch_seconds")
        quantity = called(name)[0]
        doubt = obstacle(results, [of, over], quantity)
        taken = {one: measure(results, one, name) for one in (of, over)}
        for one, found in taken.items():
            if (found.values <= 0).any():
                raise ResultsError(f"{results.name}: a ratio needs positive numbers; {one} has {found.values.min()}")
        estimate = estimates.ratio(taken[of], taken[over], quantity.exact)
        means = {one: found.mean for one, found in taken.items()}
        what = wording.what("ratio", name, metric=results.metric(of))
    least = options.get("at_least", 0.0)
    limit = float(least or options["at_most"])
    evidence = Evidence.at_least(estimate, math.log(limit), of, over)
    if not least:
        evidence = Evidence(estimate, evidence.refutes, evidence.supports, (of, over))
    values = {"of": of, "over": over, "means": means}
    return conclude(
        results,
        [evidence],
        quantity,
        margin=limit,
        claim="at_least" if least else "at_most",
        what=what,
        values=values,
        doubt=doubt,
        unit="times",
    )


def of_medians(one: Mapping[Any, float], other: Mapping[Any, float]) -> Estimate:
    """The logarithm of the ratio of two medians of repeats, rows of a measurement.

    Its degrees of freedom are Welch's and Satterthwaite's, those of n repeats (n - 1) / 2: quartiles tell the scatter
    about half as well as a standard deviation does. By simulation with normal times, the interval of 5 repeats or more
    then errs in 4 to 6 % where both scatter alike, in 8 % at most where one scatters far more; that of fewer repeats is
    too wide.
    """
    value = math.log(one["milliseconds"] / other["milliseconds"])
    errors = [_relative_error(row) for row in (one, other)]
    doubt = sum(error**4 / ((row["repeats"] - 1) / 2) for error, row in zip(errors, (one, other), strict=True) if error)
    error = math.hypot(*errors)
    return Estimate(value, error or None, error**4 / doubt if doubt else math.inf, method="quartiles")


def _relative_error(row: Mapping[Any, float]) -> float:
    """Standard error of the logarithm of a median, estimated from the quartiles.

    As the notches of box plots are: McGill, Tukey & Larsen 1978, "Variations of box plots", The American Statistician
    32(1), 12-16, doi:10.1080/00031305.1978.10479236.
    """
    width = row["milliseconds_high"] - row["milliseconds_low"]
    return OF_QUARTILES * width / math.sqrt(row["repeats"]) / row["milliseconds"]
