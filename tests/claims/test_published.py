"""What the claims that practice1 declares would say of the published results, on validation sets of their full size."""

from __future__ import annotations

import importlib
from pathlib import Path

import pandas as pd
import pytest

from labreport import declarations
from labreport.declarations import project
from labreport.result_files import CURVE

ROOT = Path(declarations.__file__).parents[3]
EXPECTED = dict.fromkeys(("second_layer", "both_directions", "filling_gains"), "undecided")
VALIDATION = {"cifar10": 10_000, "imdb": 25_000}


@pytest.mark.parametrize(
    "name", ["images_close", "own_matches", "residual_faster", "texts_close", "depth_needs_residual"]
)
def test_the_published_results_bear_out_the_claims(frames, name):
    declared = project.load(ROOT, {"scale": "full"})
    report = declared.reports["practice1"]
    claim = report.claims[name]
    curves, datasets = {}, {}
    for experiment in (declared.experiments[known] for known in report.experiments):
        stated = pd.read_csv(ROOT / experiment.published.curve, usecols=list(CURVE)).set_index("epoch")["val_accuracy"]
        # The first epochs of mycnn were not published; they lie below the first one that was.
        early = [0.1] * (stated.index[0] - 1)
        curves[experiment.name], datasets[experiment.name] = [[*early, *stated]], experiment.dataset.name
    used = next(datasets[known] for known in _experiments(claim.options))
    classes = {"cifar10": 10, "imdb": 2}[used]
    results = frames(curves, datasets=datasets, classes=classes, samples=VALIDATION[used])
    assert importlib.import_module(claim.kind.target).judge(results, claim.options).outcome == "supported"


def _judged():
    """The claims of the new reports that the published figures alone decide."""
    declared = project.load(ROOT, {"scale": "full"})
    for report, of_report in declared.reports.items():
        for name, claim in of_report.claims.items():
            kind = claim.kind.target.rpartition(".")[2]
            published = [declared.experiments[known].published for known in claim.experiments]
            if not all(stated.val_accuracy or stated.test_pearson for stated in published):
                continue
            trained = all(stated.train_accuracy for stated in published)
            if kind in ("gain", "largest_gain", "published_mean") or (kind == "gap" and trained):
                yield pytest.param(report, name, id=f"{report}.{name}")


SAMPLES = {"cifar10": 10_000, "stsb": 1379}


@pytest.mark.parametrize(("report", "name"), list(_judged()))
def test_the_published_figures_bear_out_what_the_new_reports_claim(frames, report, name):
    """But for those that two standard errors leave open: correlations a hundredth apart, and 3.4 points against 2."""
    declared = project.load(ROOT, {"scale": "full"})
    claim = declared.reports[report].claims[name]
    own = {known: declared.experiments[known] for known in claim.experiments}
    stated = {known: experiment.published.model_dump(exclude_none=True) for known, experiment in own.items()}
    root = next(iter(own.values())).dataset.root
    metric = "pearson" if root == "stsb" else "accuracy"
    column = "test_pearson" if root == "stsb" else "val_accuracy"
    curves = {known: [[figures[column]]] for known, figures in stated.items()}
    ahead = max(figures.get("train_accuracy", 0) - figures.get("val_accuracy", 0) for figures in stated.values())
    bases = {known: experiment.dataset.root for known, experiment in own.items()}
    results = frames(curves, bases=bases, metric=metric, ahead=ahead, samples=SAMPLES[root], published=stated)
    verdict = importlib.import_module(claim.kind.target).judge(results, claim.options)
    assert (name, verdict.outcome) == (name, EXPECTED.get(name, "supported"))


def _experiments(options):
    return options.get("experiments") or [options[role] for role in ("faster", "stuck") if role in options]
