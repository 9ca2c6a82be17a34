"""Published accuracies of classes against the published accuracy, by hand."""

from __future__ import annotations

import pytest

from labreport.claims import published_mean
from labreport.errors import ResultsError

LENET5 = (73, 93, 88, 47, 71, 50, 67, 92, 91, 95)


def stated(percents, accuracy):
    classes = {f"class {index}": percent / 100 for index, percent in enumerate(percents)}
    return {"a": {"per_class": classes, "val_accuracy": accuracy}}


@pytest.mark.parametrize(
    ("percents", "accuracy", "mean", "outcome"),
    [
        (LENET5, 0.717, 0.767, "supported"),
        (LENET5, 0.767, 0.767, "refuted"),
        (LENET5, 0.772, 0.767, "refuted"),
        (LENET5, 0.773, 0.767, "supported"),
        ((50, 60), 0.60, 0.55, "supported"),
    ],
)
def test_only_rounding_may_lie_between_them(frames, percents, accuracy, mean, outcome, in_both_languages):
    results = frames({}, published=stated(percents, accuracy), scale="demo")
    verdict = published_mean.judge(results, {"experiment": "a"})
    assert verdict.outcome == outcome
    assert (verdict.values["mean"], verdict.values["stated"]) == (pytest.approx(mean), accuracy)
    assert verdict.values["points"] == pytest.approx(mean - accuracy)
    in_both_languages(verdict, "a", f"{100 * mean:.1f}%", f"{100 * accuracy:.1f}%", str(len(percents)))


@pytest.mark.parametrize("missing", ["per_class", "val_accuracy"])
def test_both_have_to_be_published(frames, missing):
    published = stated(LENET5, 0.717)
    del published["a"][missing]
    with pytest.raises(ResultsError, match=f"no {missing} of a was published"):
        published_mean.judge(frames({}, published=published), {"experiment": "a"})
