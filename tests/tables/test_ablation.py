"""Ablation tables, against NumPy and the files of the runs."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from labreport.results import Results
from labreport.sampling import correlation_error
from labreport.tables import ablation

NAMES = ["resnet18", "resnet18_celu"]
BOTH = {"experiments": NAMES, "metric": "accuracy"}
STS = {"sts_ours": {"noise": 0.5, "epochs": 5}, "sts_plain": {"noise": 2.5, "epochs": 3}}


@pytest.fixture
def images(report_spec):
    def make(seeds=1, scale="full"):
        spec = report_spec(
            "", {}, {"resnet18": {"best": 0.8}, "resnet18_celu": {"best": 0.7}}, seeds=seeds, scale=scale
        )
        stated = {"train_accuracy": 0.956, "val_accuracy": 0.889, "convergence_epoch": 30}
        spec["experiments"]["resnet18"]["published"] = stated
        spec["experiments"]["resnet18_celu"]["published"] = {"val_accuracy": 0.885}
        return Results(spec)

    return make


def test_accuracies_are_means_and_deviations_over_seeds(images, shown):
    results = images(seeds=3)
    table = ablation.build(results, {"experiments": NAMES, "metric": "accuracy"}, "en")
    frame = table.frame.set_index("experiment")
    for name in NAMES:
        ends = results.metrics(name).groupby("seed").last()
        for key in ("train_accuracy", "val_accuracy"):
            assert frame.loc[name, key] == pytest.approx(np.mean(ends[key]))
            assert frame.loc[name, f"{key}_std"] == pytest.approx(np.std(ends[key], ddof=1))
    columns, rows = shown(table)
    assert columns["val_accuracy"]["unit"] == "%"
    assert "±" in rows["resnet18"]["val_accuracy"]
    assert "Mean ± standard deviation over 3 seeds." in table.notes


def test_other_precisions_are_said(images):
    results = images()
    assert not any("recision" in note for note in ablation.build(results, BOTH, "en").notes)
    path = results.runs(NAMES[1])[0].path / "environment.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"precision": "bf16"}))
    assert ablation.build(results, BOTH, "en").notes[-1] == "Precisions differ: resnet18 fp32, resnet18_celu bf16."


def test_the_epoch_of_convergence_is_told_and_defined(images, shown):
    results = images(seeds=3)
    flat = results.runs(NAMES[0])[1].path / "metrics.csv"
    pd.read_csv(flat).assign(val_accuracy=0.7).to_csv(flat, index=False)  # a run that learns nothing converges at once
    table = ablation.build(results, {"experiments": NAMES, "metric": "accuracy"}, "en")
    for name in NAMES:
        epochs = []
        for _, run in results.metrics(name).groupby("seed"):
            values = run["val_accuracy"].to_numpy()
            epochs.append(int(np.argmax(values >= values.max() - 0.005)) + 1)
        row = table.frame.set_index("experiment").loc[name]
        assert row["convergence_epoch"] == pytest.approx(np.mean(epochs))
        assert row["convergence_epoch_std"] == pytest.approx(np.std(epochs, ddof=1))
    assert table.frame["convergence_epoch_std"].max() > 0
    assert "Converged in the first epoch whose validation accuracy lies within 0.5 percentage points" in table.notes[0]


def test_the_epoch_of_one_seed_is_a_whole_number(images, shown):
    _, rows = shown(ablation.build(images(), {"experiments": NAMES, "metric": "accuracy"}, "zh"))
    assert isinstance(rows["resnet18"]["convergence_epoch"], int)


def test_published_figures_stand_beside_with_their_own_digits(images, shown):
    columns, rows = shown(ablation.build(images(), {"experiments": NAMES, "metric": "accuracy"}, "en"))
    published = [key for key in columns if key.startswith("published")]
    assert published == ["published_train", "published_val", "published_convergence"]
    assert [rows["resnet18"][key] for key in published] == [95.6, 88.9, 30]
    assert [rows["resnet18_celu"][key] for key in published] == [None, 88.5, None]
    assert columns["published_val"]["decimals"] == 1
    assert (columns["train_accuracy"]["decimals"], columns["val_accuracy"]["decimals"]) == (
        2,
        1,
    )  # 50,000, 1,050 samples


def test_what_a_scale_reduced_is_named(images):
    results = images(scale="mine")
    for name in NAMES:
        results.spec["experiments"][name]["as_published"] = name != "resnet18_celu"
    notes = ablation.build(results, {"experiments": NAMES, "metric": "accuracy"}, "en").notes
    assert "resnet18_celu: reduced at scale mine, not comparable with the published values." in notes


def test_where_nothing_was_published_nothing_is_said_of_it(images):
    results = images(scale="lite")
    for name in NAMES:
        results.spec["experiments"][name]["published"] = {}
    notes = ablation.build(results, {"experiments": NAMES, "metric": "accuracy"}, "en").notes
    assert not any("published" in line for line in notes)


@pytest.mark.parametrize(("scale", "said"), [("full", False), ("lite", True)])
def test_another_scale_is_told(images, scale, said):
    table = ablation.build(images(scale=scale), {"experiments": NAMES, "metric": "accuracy"}, "en")
    assert any("not comparable" in line for line in table.notes) is said


def test_the_best_validation_accuracy_is_bold_and_training_is_not(images, shown):
    table = ablation.build(images(), {"experiments": NAMES, "metric": "accuracy"}, "en")
    place = list(shown(table)[0]).index("val_accuracy")
    assert table.bold == {(int(table.frame["val_accuracy"].idxmax()), place)}


def test_a_similarity_shows_the_epoch_that_validation_chose(pairs, shown):
    results = pairs(STS, seeds=2)
    table = ablation.build(results, {"experiments": list(STS), "metric": "pearson"}, "en")
    frame = table.frame.set_index("experiment")
    for name in STS:
        chosen = [run.loc[run["val_pearson"].idxmax()] for _, run in results.metrics(name).groupby("seed")]
        for key in ("test_loss", "test_pearson", "val_pearson"):
            assert frame.loc[name, key] == pytest.approx(np.mean([run[key] for run in chosen]))
        errors = {
            key: correlation_error(frame.loc[name, key], size)
            for key, size in (("test_pearson", 80), ("val_pearson", 60))
        }
        assert {key: frame.loc[name, f"{key}_error"] for key in errors} == pytest.approx(errors)
    columns, rows = shown(table)
    assert list(columns)[1:4] == ["test_loss", "test_pearson", "val_pearson"]
    assert (rows["sts_ours"]["published_test_loss"], rows["sts_ours"]["published_test_pearson"]) == (2.33, 0.48)
    assert "published_val_pearson" not in columns
    assert columns["test_pearson"]["unit"] is None
    assert "scores from 0 to 5" in table.notes[0]


def test_the_lowest_loss_and_the_highest_correlations_are_bold(pairs, shown):
    table = ablation.build(pairs(STS), {"experiments": list(STS), "metric": "pearson"}, "en")
    best = int(table.frame["test_pearson"].idxmax())
    assert best == int(table.frame["test_loss"].idxmin()) == 0
    assert table.bold == {(best, place) for place in (1, 2, 3)}


def test_the_csv_holds_raw_numbers(pairs):
    table = ablation.build(pairs(STS, seeds=2), {"experiments": list(STS), "metric": "pearson"}, "en")
    assert {"test_pearson_std", "test_pearson_error", "seeds"} <= set(table.frame)
    assert pd.api.types.is_float_dtype(table.frame["test_pearson"])
