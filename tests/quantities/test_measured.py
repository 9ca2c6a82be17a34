"""Quantities: by their names, from the files of runs, against scikit-learn, SciPy and the files themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from sklearn.metrics import recall_score

from labreport.errors import ResultsError
from labreport.files import read_json, write_json
from labreport.quantities.declared import rounding, settings
from labreport.quantities.epochs import first_epoch
from labreport.quantities.measured import measure
from labreport.quantities.registry import QUANTITIES, called
from labreport.quantities.values import finite_variance
from labreport.results import Results
from tests.conftest import CIFAR10, SEEDS
from tests.fabricated import LONGTAIL, add_images, add_pairs

TARGET = "labreport.claims.difference"


@pytest.fixture
def images(report_spec):
    augment = [{"name": "crop", "padding": 4}, {"name": "flip", "p": 0.5}, {"name": "erase", "p": 0.25}]
    optimizer = {"name": "SGD", "parameters": {"momentum": 0.9, "weight_decay": 5e-4}}
    trained = {"augment": augment, "optimizer": optimizer}
    return report_spec(TARGET, {}, {"a": trained, "b": {"best": 0.6}}, seeds=3)


@pytest.mark.parametrize(
    "name", ["val_accuracy", "val_loss", "best_val_accuracy", "best_epoch", "parameters", "seconds"]
)
def test_a_column_of_the_summary_is_told_by_seed(images, name):
    found = measure(Results(images), "a", name).values
    stated = {
        int(run["seed"]): read_json(f"{run['path']}/summary.json")[name] for run in images["experiments"]["a"]["runs"]
    }
    assert dict(found) == {seed: stated[seed] for seed in sorted(SEEDS)}


def test_training_accuracy_is_that_which_was_evaluated(images):
    run = images["experiments"]["a"]["runs"][0]
    summary = read_json(f"{run['path']}/summary.json")
    write_json(f"{run['path']}/summary.json", {**summary, "seen_accuracy": 0.125})
    results = Results(images)
    assert measure(results, "a", "train_accuracy").values[run["seed"]] == 0.125
    gap = measure(results, "a", "generalisation_gap").values[run["seed"]]
    assert gap == pytest.approx(0.125 - summary["val_accuracy"])


def test_right_answers_are_those_of_the_accuracy(images):
    found = measure(Results(images), "a", "val_accuracy")
    assert found.samples.answers.mean(0) == pytest.approx(found.values.to_numpy())
    assert found.samples.influence.sum(0) == pytest.approx(np.zeros(3), abs=1e-9)


def test_classes_weigh_the_same_whatever_their_size(images, tmp_path):
    add_images(images, tmp_path, "longtail", list(CIFAR10), LONGTAIL)
    results = Results(images)
    for group, labels in (("short", [0, 1, 2, 3, 4]), ("full", [5, 6, 7, 8, 9]), ("cat, dog", [3, 5])):
        found = measure(results, "b", f"accuracy_on({group})", "longtail")
        for run in results.runs("b"):
            said = np.load(run.path / "predictions.npz")
            assert found.values[run.seed] == pytest.approx(
                recall_score(said["true"], said["predicted"], labels=labels, average="macro")
            )


def test_the_error_of_a_mean_over_classes_is_that_of_its_parts(images):
    found = measure(Results(images), "b", "accuracy_on(cat, dog)")
    run = Results(images).runs("b")[0]
    table = pd.read_csv(run.path / "per_class.csv").set_index("class").loc[["cat", "dog"]]
    parts = table["accuracy"] * (1 - table["accuracy"]) / table["samples"] / 4
    influence = found.samples.influence[:, list(found.values.index).index(run.seed)]
    assert finite_variance(influence, 0.0) == pytest.approx(parts.sum())


def test_a_level_counts_from_when_it_is_reached(images):
    curve = pd.Series([0.5, 0.6, 0.7], index=[1, 2, 3])
    assert [first_epoch(curve, level) for level in (0.5, 0.6, 0.61, 0.71)] == [1, 2, 3, None]
    found = measure(Results(images), "a", "epochs_to(0.999)").values
    assert list(found.index) == sorted(SEEDS)
    assert found.isna().all()


def test_where_one_seed_does_not_get_there_there_is_no_mean(images):
    results = Results(images)
    best = measure(results, "b", "best_val_accuracy").values.sort_values()
    found = measure(results, "b", f"epochs_to({float(best.iloc[1])!r})")
    assert found.values.isna().sum() == 1
    assert np.isnan(found.mean)


def test_the_farthest_epoch_from_chance_may_lie_below_it(images):
    run = images["experiments"]["b"]["runs"][0]
    frame = pd.read_csv(f"{run['path']}/metrics.csv")
    frame["val_accuracy"] = [0.1, 0.16, 0.12, 0.02, 0.1, 0.1]
    frame.to_csv(f"{run['path']}/metrics.csv", index=False)
    results = Results(images)
    assert measure(results, "b", "farthest_from_chance").values[run["seed"]] == 0.02
    assert list(measure(results, "b", "chance").values) == [1 / len(CIFAR10)] * 3


def test_times_of_epochs(images):
    results = Results(images)
    frame = pd.read_csv(results.runs("a")[0].path / "metrics.csv")
    seed = results.runs("a")[0].seed
    assert measure(results, "a", "epoch_seconds").values[seed] == frame["seconds"].median()
    assert measure(results, "a", "seconds_per_epoch").values[seed] == pytest.approx((frame["seconds"].sum() + seed) / 6)


def test_a_correlation_has_an_influence_of_every_pair(images, tmp_path):
    add_pairs(images, tmp_path, "sts")
    results = Results(images)
    for metric, reference in (("pearson", scipy.stats.pearsonr), ("spearman", scipy.stats.spearmanr)):
        found = measure(results, "sts", f"test_{metric}")
        for place, run in enumerate(results.runs("sts")):
            said = np.load(run.path / "predictions.npz")
            assert found.values[run.seed] == pytest.approx(reference(said["true"], said["predicted"]).statistic)
            influence = found.samples.influence[:, place]
            assert influence.sum() == pytest.approx(0, abs=1e-9)
            size = len(influence)
            left_out = [
                reference(np.delete(said["true"], one), np.delete(said["predicted"], one)).statistic
                for one in range(size)
            ]
            jackknife = np.sqrt((size - 1) / size * ((left_out - np.mean(left_out)) ** 2).sum())
            assert np.sqrt(finite_variance(influence, 0.0)) == pytest.approx(jackknife, rel=0.15)


def test_a_default_is_a_setting_where_the_declaration_is_known(images):
    declared = {"schedule": {"name": "ReduceLROnPlateau", "parameters": {"factor": 0.1}}}
    entry = {**images["experiments"]["a"], "declared": declared}
    found = settings(Results({**images, "experiments": {**images["experiments"], "a": entry}}), "a")
    assert found["factor"] == 0.1


def test_settings_go_by_their_last_names(images):
    found = settings(Results(images), "a")
    expected = {
        "momentum": 0.9,
        "weight_decay": 5e-4,
        "padding": 4,
        "learning_rate": 0.001,
        "batch_size": 128,
        "width": 64,
    }
    assert expected.items() <= found.items()
    assert (found["augment.flip.p"], found["augment.erase.p"]) == (0.5, 0.25)
    assert "p" not in found
    assert list(measure(Results(images), "a", "momentum").values) == [0.9] * 3


def test_what_was_published_has_its_rounding(images):
    found = measure(Results(images), "a", "published.val_accuracy")
    assert (found.mean, found.rounding, found.error) == (0.8442, 0.00005, 0.0)
    assert rounding(0.8, "val_accuracy") == rounding(0.812, "val_accuracy") == 0.0005
    with pytest.raises(ResultsError, match="no train_accuracy of a was published; what was: val_accuracy, seconds"):
        measure(Results(images), "a", "published.train_accuracy")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("val_acuracy", "'val_acuracy' is no quantity; there are: .*settings of a: .*momentum"),
        ("test_accuracy", "the runs of a have no test_accuracy"),
        ("accuracy_on(cats)", "a has no class cats"),
        ("epochs_to(best)", "is of several experiments; give a number"),
    ],
)
def test_what_there_is_not_is_told(images, name, message):
    with pytest.raises(ResultsError, match=message):
        measure(Results(images), "a", name)


def test_runs_on_different_samples_are_no_experiment(images):
    path = f"{images['experiments']['a']['runs'][0]['path']}/predictions.npz"
    said = dict(np.load(path))
    np.savez(path, true=said["true"][1:], predicted=said["predicted"][1:])
    with pytest.raises(ResultsError, match="runs of a were measured on different samples"):
        measure(Results(images), "a", "val_accuracy")


@pytest.mark.parametrize("quantity", QUANTITIES.values(), ids=QUANTITIES)
def test_every_quantity_is_called_by_its_name_and_has_titles(quantity):
    argument = {"classes": "(short)", "a level": "(best)", "": ""}[quantity.argument]
    assert called(f"{quantity.name}{argument}") == (quantity, argument.strip("()"))
    assert quantity.title("zh") != quantity.title("en")
