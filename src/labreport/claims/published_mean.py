"""The published accuracies of the classes and the published accuracy over all contradict each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from labreport.claims.published import rounding, stated
from labreport.claims.verdict import BINARY, Verdict, outcome
from labreport.claims.wording import gap, level
from labreport.results import Results

METRIC = "val_accuracy"


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Compare the mean of the published accuracies of the classes with the published accuracy.

    Over classes of equal size both are the same number, however good the model is: the accuracy is the number of right
    answers over that of all, in every confusion matrix. So they can differ by what was rounded and no more.

    Args:
        results: what was published; no run is read.
        options: `experiment`.

    Returns:
        `supported` when they differ by more than rounding can explain, so that not both can be true; else `refuted`.

    Raises:
        ResultsError: one of the two was not published.
    """
    name = options["experiment"]
    classes, accuracy = stated(results, name, "per_class"), stated(results, name, METRIC)
    mean = math.fsum(classes.values()) / len(classes)
    slack = math.fsum(rounding(value, "per_class") for value in classes.values()) / len(classes)
    allowed = slack + rounding(accuracy, METRIC)
    values = {
        "mean": mean,
        "stated": accuracy,
        "points": mean - accuracy,
        "rounding": allowed,
        "classes": len(classes),
        "experiment": name,
    }
    higher = mean >= accuracy
    reason = {
        "zh": f"原报告中 {name} 的 {len(classes)} 个类别准确率平均为 {level(mean, METRIC)}，比其所述的总准确率 "
        f"{level(accuracy, METRIC)} {'高' if higher else '低'} {gap(mean - accuracy, METRIC, 'zh')}，"
        f"而舍入至多造成 {gap(allowed, METRIC, 'zh')}。",
        "en": f"The {len(classes)} published accuracies of the classes of {name} have a mean of {level(mean, METRIC)}, "
        f"{gap(mean - accuracy, METRIC, 'en')} {'above' if higher else 'below'} the published accuracy of "
        f"{level(accuracy, METRIC)}; rounding explains {gap(allowed, METRIC, 'en')} at most.",
    }
    return Verdict(outcome(abs(mean - accuracy) > allowed + BINARY), reason, values)
