"""One experiment is better than another by so much, or one quantity of its runs exceeds another."""

from collections.abc import Mapping
from typing import Any

from labreport.claims import wording
from labreport.claims.comparison import difference, margin_of, means_of, obstacle, quantity_of
from labreport.claims.verdict import Evidence, Verdict, conclude
from labreport.convergence import TOLERANCE
from labreport.groups import GROUPS
from labreport.quantities.measured import measure
from labreport.quantities.registry import called
from labreport.results import Options, Results


def judge(results: Results, options: Options) -> Verdict:
    """Compare the means over seeds of a quantity.

    Args:
        results: the runs.
        options: `quantity`; `experiments`, each of which is claimed to be better, and `than` (an experiment), or
            `minus` (another quantity of the same runs); `at_least` (by how much; where it is left out, at all);
            `dataset` (which says what classes are short and full); `share_of_best` (of `epochs_to(best)`: the level is
            that share of the lowest best value of a run, so that all of them reach it).

    Returns:
        `supported` where all are better by `at_least`, `refuted` where one is not, else `undecided`.

    Raises:
        ResultsError: the experiments used different data sets, or the runs do not have the quantity.
    """
    names, than = list(options["experiments"]), options.get("than", "")
    options, level = _levelled(results, options, [*names, than] if than else names)
    quantity, margin = quantity_of(options), margin_of(options, "at_least")
    doubt = obstacle(results, [*names, than] if than else names, quantity)
    found = {name: difference(results, options, name, than or name) for name in names}
    evidence = [Evidence.at_least(one, margin, name, than) for name, one in found.items()]
    last, other = than or names[0], options.get("minus", "")
    values = {
        "than": than or None,
        "best": max(names, key=lambda name: found[name].value),
        "means": means_of(results, options, names),
        "base": means_of(results, options, [last], other)[last],
        **level,
        **({"tolerance": TOLERANCE} if quantity.name == "convergence_epoch" else {}),
        **({"metric": results.metric(last)} if quantity.unit == "epochs" else {}),
        **_other_classes(results, options, names[0], than),
    }
    key = "two_quantities" if other else "turned" if quantity.higher_is_better is False else "minus"
    what = wording.what(key, *filter(None, (options["quantity"], other)), metric=results.metric(names[0]))
    claim = "at_least" if margin else "above"
    return conclude(results, evidence, quantity, margin=margin, claim=claim, what=what, values=values, doubt=doubt)


def _levelled(results: Results, options: Options, names: list[str]) -> tuple[Mapping[str, Any], dict[str, float]]:
    """The options with the level of `epochs_to(best)` as a number, and what it was taken from."""
    if options["quantity"] != "epochs_to(best)":
        return options, {}
    best = min(measure(results, name, f"best_val_{results.metric(name)}").values.min() for name in names)
    share = float(options.get("share_of_best", 1.0))
    level = share * float(best)
    return {**options, "quantity": f"epochs_to({level!r})"}, {"threshold": level, "share_of_best": share}


def _other_classes(results: Results, options: Options, name: str, than: str) -> dict[str, Any]:
    """The same difference on the other classes, of the short or the full ones."""
    quantity, group = called(options["quantity"])
    if quantity.name != "accuracy_on" or group not in GROUPS or not than:
        return {}
    other = GROUPS[1 - GROUPS.index(group)]
    found = difference(results, {**options, "quantity": f"accuracy_on({other})"}, name, than)
    low, high = found.interval()
    return {"others": {"estimate": found.value, "low": low, "high": high}}
