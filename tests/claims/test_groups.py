"""Short and full classes: how far apart they are, and how they move."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import recall_score

from labreport.claims import group_change, group_gap
from labreport.claims.groups import groups
from labreport.errors import ResultsError
from labreport.results import Results
from labreport.sampling import sampling_error
from tests.conftest import CIFAR10
from tests.fabricated import LONGTAIL, add_images

TAIL = "cifar10_longtail"


@pytest.fixture
def results(report_spec, tmp_path):
    """Two experiments, and the data set that says that the first five classes are short."""

    def make(experiments=None, seeds=2):
        spec = report_spec("", {}, experiments or {"whole": {"best": 0.7}, "tail": {"best": 0.5}}, seeds=seeds)
        add_images(spec, tmp_path, TAIL, list(CIFAR10), LONGTAIL)
        add_images(spec, tmp_path, "cifar10", list(CIFAR10))
        return Results(spec)

    return make


def set_classes(results, experiment, short, full, samples=1000, train_samples=None):
    """Give every short class one accuracy and every full class another, in all seeds."""
    for run in results.runs(experiment):
        rows = [(name, samples, round(samples * (short if index < 5 else full))) for index, name in enumerate(CIFAR10)]
        lines = [f"{name},{size},{correct},{correct / size}" for name, size, correct in rows]
        (run.path / "per_class.csv").write_text("\n".join(["class,samples,correct,accuracy", *lines]), encoding="utf-8")
        if train_samples:
            path = run.path / "summary.json"
            path.write_text(path.read_text().replace('"train_samples": 50000', f'"train_samples": {train_samples}'))


def test_means_are_scikit_learns_and_errors_add(results):
    made = results()
    found = groups(made, "tail", TAIL)
    confusion = made.confusion("tail")
    by_seed = {"short": [], "full": []}
    for _, run in confusion.groupby("seed"):
        true, predicted = (np.repeat(run[key].to_numpy(), run["count"]) for key in ("true", "predicted"))
        by_seed["short"].append(recall_score(true, predicted, labels=list(CIFAR10[:5]), average="macro"))
        by_seed["full"].append(recall_score(true, predicted, labels=list(CIFAR10[5:]), average="macro"))
    assert found.short.mean == pytest.approx(np.mean(by_seed["short"]))
    assert found.full.mean == pytest.approx(np.mean(by_seed["full"]))
    assert found.gap.mean == pytest.approx(found.full.mean - found.short.mean)
    rows = made.per_class("tail").query("`class` in @CIFAR10[5:]")
    errors = [sampling_error(*row) for row in zip(rows["accuracy"], rows["samples"], strict=True)]
    finite = [np.linalg.norm(errors[place : place + 5]) / 5 for place in (0, 5)]
    assert finite[0] != pytest.approx(finite[1])
    assert found.full.error == pytest.approx(np.hypot(scipy.stats.sem(by_seed["full"]), np.mean(finite)))
    assert found.seeds == 2


def test_the_error_of_equal_classes_is_that_of_all_their_samples(results):
    made = results(seeds=1)
    set_classes(made, "tail", 0.3, 0.7)
    assert groups(made, "tail", TAIL).short.error == pytest.approx((0.3 * 0.7 / 5000) ** 0.5, rel=2e-3)


def test_classes_that_are_all_wrong_or_all_right_still_have_an_error(results):
    made = results(seeds=1)
    set_classes(made, "tail", 0.0, 1.0, samples=10)
    found = groups(made, "tail", TAIL)
    error = scipy.stats.binom(14, 2 / 14).std() / 14 / 5**0.5  # two right and two wrong samples more
    assert (found.short.error, found.full.error) == pytest.approx((error, error))


@pytest.mark.parametrize(
    ("short", "full", "outcome"),
    [(0.3, 0.7, "supported"), (0.5, 0.7, "undecided"), (0.6, 0.7, "refuted"), (0.7, 0.5, "refuted")],
)
def test_the_gap_between_the_groups_decides(results, short, full, outcome, in_both_languages):
    made = results()
    set_classes(made, "tail", short, full)
    verdict = group_gap.judge(made, {"experiment": "tail", "dataset": TAIL, "at_least": 20})
    assert verdict.outcome == outcome
    assert verdict.values["points"] == pytest.approx(full - short)
    assert (verdict.values["short"], verdict.values["full"]) == pytest.approx((short, full))
    in_both_languages(
        verdict, "tail", f"{100 * short:.1f}%", f"{100 * full:.1f}%", f"{abs(100 * (full - short)):.1f}", "20"
    )
    assert (" below the " in verdict.reason["en"]) == (full < short)


@pytest.mark.parametrize(
    ("after", "train_samples", "outcome", "rises"),
    [
        (0.3, 500, "supported", False),
        (0.55, 500, "refuted", False),
        (0.9, 500, "refuted", False),
        (0.9, 90_000, "supported", True),
        (0.3, 90_000, "refuted", True),
        (0.3, 50_000, "supported", False),
        (0.9, 50_000, "supported", True),
        (0.5, 500, "undecided", False),
    ],
)
def test_the_short_classes_move_as_their_samples_do(results, after, train_samples, outcome, rises, in_both_languages):
    made = results()
    set_classes(made, "whole", 0.6, 0.65)
    set_classes(made, "tail", after, 0.7, train_samples=train_samples)
    verdict = group_change.judge(made, {"from": "whole", "to": "tail", "dataset": TAIL, "at_least": 10})
    assert (verdict.outcome, verdict.values["rises"]) == (outcome, rises)
    assert verdict.values["short_points"] == pytest.approx(after - 0.6)
    assert verdict.values["full_points"] == pytest.approx(0.05)
    in_both_languages(verdict, "whole", "tail", "60.0%", f"{100 * after:.1f}%", f"{abs(100 * after - 60):.1f}", "5.0")
    assert ("so falls" in verdict.reason["en"], "下降" in verdict.reason["zh"].split("；")[0]) == (after < 0.6,) * 2
    assert f"{'up' if rises else 'down'} by 10 points" in verdict.reason["en"]


def test_a_data_set_without_a_tail_has_no_groups(results):
    with pytest.raises(ResultsError, match="cifar10 has 0 short classes and 10 full ones"):
        group_gap.judge(results(), {"experiment": "tail", "dataset": "cifar10", "at_least": 20})


def test_an_experiment_of_other_classes_is_refused(results):
    made = results({"texts": {"classes": ("negative", "positive")}})
    with pytest.raises(ResultsError, match="texts has no class airplane, automobile"):
        group_gap.judge(made, {"experiment": "texts", "dataset": TAIL, "at_least": 20})
