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


def _experiments(options):
    return options.get("experiments") or [options[role] for role in ("faster", "stuck") if role in options]
