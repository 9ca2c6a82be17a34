"""Quantities: by their names, from the files of runs, against scikit-learn, SciPy and the files themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from sklearn.metrics import recall_score

from labreport.convergence import TOLERANCE
from labreport.errors import ResultsError
from labreport.files import read_json, write_json
from labreport.quantities.measured import QUANTISATION, first_epoch, measure, rounding, settings
from labreport.quantities.registry import QUANTITIES, called
from labreport.quantities.values import finite_variance, sampling
from labreport.results import Results
from labreport.sampling import sampling_error
from tests.conftest import CIFAR10, SEEDS
from tests.fabricated import BALANCE, LONGTAIL, add_images, add_pairs

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
            assert found.samples.flip == 0  # no score turns from wrong to right
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


def rewritten(spec, experiment, seed, **columns):
    """A run's epochs with other values, its best epoch and its last one in the summary, too."""
    path = next(Path(run["path"]) for run in spec["experiments"][experiment]["runs"] if run["seed"] == seed)
    pd.read_csv(path / "metrics.csv").assign(**columns).to_csv(path / "metrics.csv", index=False)


def test_a_run_has_converged_where_it_is_half_a_point_below_its_best(images):
    first, second, third = SEEDS
    rewritten(images, "a", first, val_accuracy=[0.5, 0.6, 0.694, 0.695, 0.7, 0.65])
    rewritten(images, "a", second, val_accuracy=[0.8, 0.7, 0.6, 0.5, 0.4, 0.3])
    rewritten(images, "a", third, val_accuracy=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    assert dict(measure(Results(images), "a", "convergence_epoch").values) == {first: 4, second: 1, third: 6}


def test_the_error_of_an_epoch_is_half_of_those_between_a_sampling_error_below_and_above(images):
    results = Results(images)
    error = sampling_error(0.7, int(results.summary("a")["val_samples"].min()))
    rising = [0.7 - 1.5 * error, 0.7 - 0.9 * error, 0.7 - 0.5 * error, 0.7, 0.7 + 0.9 * error, 0.7 + 1.1 * error]
    for seed in SEEDS:
        rewritten(images, "a", seed, val_accuracy=rising)
    found = measure(Results(images), "a", "epochs_to(0.7)")
    assert (found.mean, found.error) == (4, (6 - 2) / 2)
    assert measure(Results(images), "a", f"epochs_to({0.7 + 2.5 * error:.6f})").error == QUANTISATION  # none gets there
    for seed in SEEDS:  # a step that no sampling error blurs
        rewritten(images, "a", seed, val_accuracy=[0.1, 0.1, 0.9, 0.9, 0.9, 0.9])
    assert measure(Results(images), "a", "epochs_to(0.7)").error == QUANTISATION


def test_a_mark_that_is_only_almost_reached_counts_to_the_end(images):
    results = Results(images)
    error = sampling_error(0.7, int(results.summary("a")["val_samples"].min()))
    for seed in SEEDS:
        rewritten(images, "a", seed, val_accuracy=[0.1, 0.7 - 0.5 * error, 0.7, 0.7, 0.7, 0.7 + 0.5 * error])
    assert measure(Results(images), "a", "epochs_to(0.7)").error == (6 - 2) / 2


def test_runs_that_answer_nothing_right_converge_at_once(images):
    for seed in SEEDS:
        rewritten(images, "a", seed, val_accuracy=[0.0] * 6)
    found = measure(Results(images), "a", "convergence_epoch")
    assert (found.mean, found.error) == (1, QUANTISATION)


def test_the_error_of_convergence_is_that_of_its_own_level(images):
    level = 0.9 - TOLERANCE
    error = sampling_error(level, int(Results(images).summary("a")["val_samples"].min()))
    assert error > TOLERANCE
    for seed in SEEDS:
        rewritten(images, "a", seed, val_accuracy=[level - 1.1 * error, level - 0.9 * error, level, 0.9, 0.9, 0.9])
    found = measure(Results(images), "a", "convergence_epoch")
    assert (found.mean, found.error) == (3, (6 - 2) / 2)


def test_what_data_were_made_with_is_a_setting(images, tmp_path):
    add_images(images, tmp_path, "longtail", list(CIFAR10), LONGTAIL, BALANCE)
    entry = {**images["experiments"]["a"], "dataset": "longtail"}
    for run in entry["runs"]:
        spec = read_json(f"{run['path']}/spec.json")
        write_json(f"{run['path']}/spec.json", {**spec, "data": {**spec["data"], "dataset": "longtail"}})
    found = settings(Results({**images, "experiments": {"a": entry}}), "a")
    assert (found["keep"], found["noise_sigma"]) == (0.1, 0.05)
    assert measure(Results(images), "b", "width").mean == 64


@pytest.mark.parametrize(
    ("name", "metric", "unit", "higher_is_better", "exact"),
    [
        ("val_accuracy", "accuracy", "fraction", True, False),
        ("train_loss", "loss", "", False, False),
        ("test_pearson", "pearson", "correlation", True, False),
        ("val_spearman", "spearman", "correlation", True, False),
        ("best_val_accuracy", "accuracy", "fraction", True, False),
        ("best_val_pearson", "pearson", "correlation", True, False),
        ("generalisation_gap", "accuracy", "fraction", False, False),
        ("accuracy_on(short)", "accuracy", "fraction", True, False),
        ("chance", "accuracy", "fraction", None, True),
        ("farthest_from_chance", "accuracy", "fraction", None, False),
        ("epochs_to(0.5)", "", "epochs", False, False),
        ("convergence_epoch", "", "epochs", False, False),
        ("val_loss_at_best", "", "", False, False),
        ("best_epoch", "", "epochs", None, False),
        ("seconds", "", "seconds", False, False),
        ("epoch_seconds", "", "seconds", False, False),
        ("seconds_per_epoch", "", "seconds", False, False),
        ("samples_per_second", "", "per second", True, False),
        ("epochs", "", "epochs", None, True),
        ("parameters", "", "count", None, True),
        ("train_samples", "", "count", None, True),
        ("val_samples", "", "count", None, True),
        ("test_samples", "", "count", None, True),
    ],
)
def test_units_and_what_is_better(name, metric, unit, higher_is_better, exact):
    found, _ = called(name)
    assert (found.metric, found.unit, found.higher_is_better, found.exact) == (metric, unit, higher_is_better, exact)
    assert found.declared_unit == {"fraction": 0.01, "correlation": 0.01}.get(unit, 1.0)


@pytest.mark.parametrize("name", ["best_val_spearman", "best_val_loss", "best_test_accuracy"])
def test_the_best_is_of_what_epochs_are_chosen_by(name):
    assert name not in QUANTITIES


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("accuracy_on", "accuracy_on needs classes in brackets, as in accuracy_on"),
        ("epochs_to", "epochs_to needs a level in brackets, as in epochs_to"),
        ("epochs_to(soon)", "a number or `best`; found 'soon'"),
        ("val_accuracy(cat)", "val_accuracy takes nothing in brackets; found 'cat'"),
        ("Val Accuracy", "'Val Accuracy' is no quantity"),
    ],
)
def test_a_quantity_that_is_called_wrongly(text, message):
    with pytest.raises(ValueError, match=message):
        called(text)


@pytest.mark.parametrize("level", ["0.5", "-0.25", "1", "5e-3", "5e4"])
def test_a_level_is_any_number(level):
    assert called(f"epochs_to({level})")[1] == level


def test_the_error_of_a_fraction_and_of_a_correlation():
    assert sampling("fraction", 0.25, 100) == sampling_error(0.25, 100)
    assert sampling("correlation", -0.25, 101) == pytest.approx((1 - 0.25**2) / 10)
    for unit, value, low in (("fraction", -0.01, 0), ("fraction", 1.01, 0), ("correlation", -1.01, -1)):
        with pytest.raises(ResultsError, match=f"a {unit} has to lie between {low} and 1; found {value}"):
            sampling(unit, value, 100)


def test_a_quantity_has_the_error_of_its_own_samples(images, tmp_path):
    add_pairs(images, tmp_path, "sts", seeds=2)
    results = Results(images)
    for experiment, name, split in (("a", "val_accuracy", "val"), ("a", "train_accuracy", "train")):
        samples = int(results.summary(experiment)[f"{split}_samples"].min())
        found = measure(results, experiment, name)
        assert found.error == pytest.approx(sampling_error(found.mean, samples))
    found = measure(results, "sts", "test_pearson")
    samples = int(results.summary("sts")["test_samples"].min())
    assert found.error == pytest.approx((1 - found.mean**2) / np.sqrt(samples - 1))
    assert measure(results, "a", "parameters").error == measure(results, "a", "val_loss").error == 0


def test_one_answer_more_moves_an_accuracy_by_one_sample(images):
    found = measure(Results(images), "b", "val_accuracy").samples
    right = found.answers[:, 0]
    assert found.flip == 1.0
    assert set(np.round(found.influence[:, 0] + right.mean(), 12)) == {0.0, 1.0}
    cats = measure(Results(images), "b", "accuracy_on(cat)").samples
    assert cats.flip == pytest.approx(len(cats.truth) / (cats.truth == CIFAR10.index("cat")).sum())


def test_a_difference_of_one_run_is_taken_sample_by_sample(images):
    results = Results(images)
    one, other = (measure(results, "b", f"accuracy_on({name})") for name in ("cat", "dog"))
    found = one.minus(other)
    assert dict(found.values) == pytest.approx(dict(one.values - other.values))
    assert found.error == pytest.approx(np.hypot(one.error, other.error))
    assert np.array_equal(found.samples.influence, one.samples.influence - other.samples.influence)
    assert found.samples.flip == pytest.approx(np.hypot(one.samples.flip, other.samples.flip))
    stated = measure(results, "a", "published.val_accuracy")
    assert stated.minus(stated).rounding == pytest.approx(2 * stated.rounding)
    assert stated.minus(stated).samples is None


def test_a_variance_of_answers_that_agree_is_not_nothing():
    assert finite_variance(np.zeros(8), 0.0) == 0
    assert finite_variance(np.zeros(8), 1.0) == pytest.approx(1 / 100)  # (0 + 1) / (8 + 2)^2
    assert finite_variance(np.array([0.5, -0.5]), 0.0) == pytest.approx(0.5 / 4)


def test_what_was_published_is_rounded_as_it_was_printed():
    expected = {("train_accuracy", 0.9): 0.0005, ("val_pearson", 0.6): 0.005, ("test_pearson", 0.7): 0.005}
    expected |= {
        ("per_class", 0.5): 0.005,
        ("per_class", 0.534): 0.0005,
        ("seconds", 868.96): 0.005,
        ("seconds", 12.0): 0.05,
    }
    assert {key: rounding(key[1], key[0]) for key in expected} == pytest.approx(expected)


def test_described_in_cells_of_a_frame(images):
    found = measure(Results(images), "b", "val_accuracy")
    assert found.described("x") == {"x": found.values.mean(), "x_std": found.values.std(ddof=1), "x_error": found.error}
