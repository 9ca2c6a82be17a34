"""Published figures agree with what was measured here, or with each other."""

import math
from dataclasses import replace

from labreport.claims import wording
from labreport.claims.comparison import margin_of, quantity_of
from labreport.claims.estimates import Estimate, between
from labreport.claims.verdict import Evidence, Verdict, conclude
from labreport.quantities.measured import measure, rounding, stated
from labreport.quantities.registry import PUBLISHED
from labreport.results import Options, Results


def judge(results: Results, options: Options) -> Verdict:
    """Compare a published figure with the measured one, or with another that was published.

    Args:
        results: the runs, and what was published of them.
        options: `experiment`, `quantity` (that was published), and either `within` (the largest difference to the
            measured one that still counts as agreement) or `against` (`classes`, for the mean of their published
            figures, or the number that the published report gives elsewhere, with its digits).

    Returns:
        Of measured figures, `supported` where the difference is shown to be at most `within` (two one-sided tests, the
        rounding of the published figure allowed for), `refuted` where it is shown to be more; `undecided` where the
        scale is not the published one. Of published ones, `supported` where rounding explains the difference, else
        `refuted`: over classes of equal size the mean of their accuracies is the accuracy, however good the model is.

    Raises:
        ResultsError: the figure was not published.
    """
    against = options.get("against")
    return (_classes if against == "classes" else _elsewhere if against else _measured)(results, options)


def _measured(results: Results, options: Options) -> Verdict:
    """The published figure is of one run, which is taken to scatter as ours do; both share a test set, whose error
    counts once: exact where right answers of both correlate by one half, cautious where they do by more."""
    name, quantity, margin = options["experiment"], quantity_of(options), margin_of(options, "within")
    figure = options["quantity"].removeprefix("best_")
    published = measure(results, name, f"{PUBLISHED}{figure}")
    ours = replace(measure(results, name, options["quantity"]), samples=None)
    estimate = replace(between(ours, published), seeds=len(ours.values))
    doubt = None if results.comparable(name) else wording.doubt("own_scale", results.scale)
    values = {
        "experiment": name,
        "measured": ours.mean,
        "published": published.mean,
        "rounding": published.rounding,
        "best": options["quantity"].startswith("best_"),
    }
    what = wording.what("published", options["quantity"])
    evidence = Evidence.within(estimate, margin, name)
    return conclude(results, [evidence], quantity, margin=margin, claim="within", what=what, values=values, doubt=doubt)


def _classes(results: Results, options: Options) -> Verdict:
    name, quantity = options["experiment"], quantity_of(options)
    classes, accuracy = stated(results, name, "per_class"), stated(results, name, options["quantity"])
    mean = math.fsum(classes.values()) / len(classes)
    slack = math.fsum(rounding(value, "per_class") for value in classes.values()) / len(classes)
    allowed = slack + rounding(accuracy, options["quantity"])
    evidence = Evidence.within(Estimate(mean - accuracy), allowed, name)
    values = {
        "experiment": name,
        "mean": mean,
        "published": accuracy,
        "rounding": allowed,
        "classes": len(classes),
    }
    what = wording.what("published_classes", options["quantity"], beside=len(classes))
    return conclude(results, [evidence], quantity, margin=allowed, claim="within", what=what, values=values)


def _elsewhere(results: Results, options: Options) -> Verdict:
    name, quantity, said = options["experiment"], quantity_of(options), float(options["against"])
    figure = stated(results, name, options["quantity"])
    allowed = rounding(said, "") + rounding(figure, options["quantity"])
    evidence = Evidence.within(Estimate(figure - said), allowed, name)
    values = {"experiment": name, "published": figure, "elsewhere": said, "rounding": allowed}
    what = wording.what("published_elsewhere", options["quantity"])
    return conclude(results, [evidence], quantity, margin=allowed, claim="within", what=what, values=values)
