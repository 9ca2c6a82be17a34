"""Reading runs: several seeds, missing runs, damaged files."""

from __future__ import annotations

import io
import json
import os
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from faults.hostile_pickles import Calls
from labreport.errors import ResultsError
from labreport.result_files import over_attempts, read_array, read_filters
from labreport.results import Results, titled
from tests.conftest import CIFAR10, SEEDS
from tests.fabricated import BALANCE, LONGTAIL, add_images, add_pairs, add_sentences


@pytest.fixture
def spec(report_spec):
    return report_spec("labreport.figures.curves", {}, {"mycnn": {}, "resnet34": {"epochs": 4}}, seeds=2)


def file_of(spec, experiment, name):
    """A file of the run with the first seed."""
    run = min(spec["experiments"][experiment]["runs"], key=lambda run: run["seed"])
    return Path(run["path"]) / name


def test_frames_hold_a_seed_column_and_all_rows_in_the_order_of_seeds(spec):
    results = Results(spec)
    metrics = results.metrics("resnet34")
    assert list(metrics["seed"]) == [SEEDS[0]] * 4 + [SEEDS[1]] * 4
    assert list(metrics["epoch"]) == [1, 2, 3, 4] * 2
    first = pd.read_csv(file_of(spec, "resnet34", "metrics.csv"))
    pd.testing.assert_frame_equal(metrics.query("seed == @SEEDS[0]")[first.columns], first)
    assert set(results.per_class("mycnn").columns) >= {"class", "samples", "correct", "accuracy", "seed"}
    assert len(results.confusion("mycnn")) == 2 * 100
    assert list(results.summary("mycnn")["seed"]) == list(SEEDS[:2])
    assert [run.seed for run in results.runs("mycnn")] == list(SEEDS[:2])
    assert list(results.environment("mycnn")["git_dirty"]) == [False, True]
    assert list(results.environment("mycnn")["seed"]) == list(SEEDS[:2])
    assert list(metrics.index) == list(range(8))
    assert results.run_spec("mycnn")["training"]["batch_size"] == 128
    assert results.experiments == ["mycnn", "resnet34"]


def test_the_last_metrics_row_is_the_summary(spec):
    results = Results(spec)
    last = results.metrics("mycnn").groupby("seed").last()["val_accuracy"]
    assert list(last) == pytest.approx(list(results.summary("mycnn")["val_accuracy"]))


def test_training_accuracy_is_evaluated_after_the_last_epoch(spec):
    """It is no longer the running one, which stays in the curve."""
    path = file_of(spec, "mycnn", "summary.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "train_accuracy": 0.4, "seen_accuracy": 0.6}))
    assert Results(spec).summary("mycnn")["train_accuracy"].iloc[0] == 0.6


def test_published_values_are_only_numbers(spec):
    results = Results(spec)
    assert results.published("mycnn") == {"val_accuracy": 0.8442, "seconds": 868.96}
    spec["experiments"]["mycnn"]["published"] = None
    assert results.published("mycnn") == {}


def test_curve_is_none_where_nothing_is_published(spec):
    spec["experiments"]["mycnn"]["curve"] = None
    assert Results(spec).curve("mycnn") is None
    assert list(Results(spec).curve("resnet34")["epoch"]) == [1, 2, 3, 4]


@pytest.mark.parametrize(("source", "real"), [("archive", True), ("sample", False)])
def test_published_curves_stand_beside_real_data_only(source, real):
    assert Results({"scale": "mine", "source": source}).real_data is real


def test_an_experiment_that_a_scale_leaves_as_it_was_published_may_be_compared():
    experiments = {"lenet5": {"as_published": True}, "resnet18": {"as_published": False}}
    results = Results({"scale": "mine", "source": "archive", "experiments": experiments})
    assert [results.comparable(name) for name in experiments] == [True, False]


def test_when_everything_finished(report_spec, cost_folder):
    spec = report_spec("", {}, {"mycnn": {}}, seeds=2)
    spec["measurements"] = {"lstm_cost": str(cost_folder)}
    (cost_folder / "environment.json").write_text('{"finished": "2026-02-03T00:00:00Z"}', encoding="utf-8")
    assert Results(spec).finished == ["2026-01-01T00:01:00Z"] * 2 + ["2026-02-03T00:00:00Z"]


@pytest.mark.parametrize("name", ["threads", "precision"])
def test_a_run_that_did_not_record_all_of_its_environment_is_read(name, report_spec):
    spec = report_spec("", {}, {"mycnn": {}})
    path = file_of(spec, "mycnn", "environment.json")
    old = {key: value for key, value in json.loads(path.read_text(encoding="utf-8")).items() if key != name}
    path.write_text(json.dumps(old), encoding="utf-8")
    assert list(Results(spec).environment("mycnn")[name]) == [None]


def test_whether_a_run_had_the_device_to_itself_is_told_for_each_seed(report_spec):
    spec = report_spec("", {}, {"mycnn": {}}, seeds=3)
    runs = sorted(spec["experiments"]["mycnn"]["runs"], key=lambda run: run["seed"])
    for run, shared in zip(runs, (True, False, None), strict=True):
        path = Path(run["path"]) / "environment.json"
        found = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(found if shared is None else found | {"shared": shared}), encoding="utf-8")
    assert list(Results(spec).environment("mycnn")["shared"]) == [True, False, False]


def test_a_run_that_went_on_elsewhere_names_both_places_once(report_spec):
    spec = report_spec("", {}, {"mycnn": {}})
    path = file_of(spec, "mycnn", "environment.json")
    found = json.loads(path.read_text(encoding="utf-8")) | {"device": "A", "precision": "bf16", "torch": "2.1"}
    again = [{"epoch": 1, "device": "B", "torch": "2.2"}, {"epoch": 2, "device": "A"}]
    path.write_text(json.dumps(found | {"resumed": again}), encoding="utf-8")
    environment = Results(spec).environment("mycnn").iloc[0]
    assert list(environment[["device", "precision", "torch"]]) == ["A → B", "bf16", "2.1 → 2.2"]


def test_the_spec_of_an_experiment_is_that_of_the_first_seed(spec):
    path = file_of(spec, "mycnn", "spec.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"data": {"dataset": "other"}}))
    assert Results(spec).run_spec("mycnn")["data"] == {"dataset": "other"}
    assert Results(spec).run_spec("resnet34")["data"]["dataset"] == "cifar10"


def test_a_column_that_is_not_read_may_be_damaged(spec):
    file_of(spec, "mycnn", "metrics.csv").write_text("epoch,val_loss,val_accuracy\n1,2.5,broken\n")
    assert list(Results(spec).metrics("mycnn", ["val_loss"]).query("seed == @SEEDS[0]")["val_loss"]) == [2.5]
    with pytest.raises(ResultsError, match="column val_accuracy holds something that is no number"):
        Results(spec).metrics("mycnn", ["val_accuracy"])


def test_a_run_that_failed_and_was_left_out_is_counted_and_told(report_spec):
    failures = {"12": "the loss is nan", "4": "out of memory"}
    results = Results(report_spec("", {}, {"mycnn": {"failures": failures}, "lenet5": {}}, seeds=2))
    assert results.failures("mycnn") == {12: "the loss is nan", 4: "out of memory"}
    assert [results.planned(name) for name in ("mycnn", "lenet5")] == [4, 2]
    assert list(results.summary("mycnn")["seed"]) == list(SEEDS[:2])
    assert results.failures("lenet5") == {}


@pytest.mark.parametrize("runs", ["gone", "none"])
def test_a_run_that_is_not_there_is_named(spec, runs):
    entry = spec["experiments"]["mycnn"]
    entry["runs"] = [run | {"path": run["path"] + "-absent"} for run in entry["runs"]] if runs == "gone" else []
    said = {"gone": rf"mycnn: no finished run \(.*{SEEDS[0]:04d}mycnn0+-absent", "none": r"\(none is planned\)"}
    with pytest.raises(ResultsError, match=said[runs]):
        Results(spec).metrics("mycnn")


def test_an_experiment_says_what_its_model_and_its_vectors_were_declared_with(spec):
    spec["experiments"]["mycnn"] |= {"model": {"width": 8}, "vectors": {"method": "word2vec"}}
    spec["experiments"]["resnet34"]["model"] = {"width": 64}
    results = Results(spec)
    assert [results.model(name) for name in ("mycnn", "resnet34")] == [{"width": 8}, {"width": 64}]
    assert [results.vectors(name) for name in ("mycnn", "resnet34")] == [{"method": "word2vec"}, None]
    spec["experiments"]["mycnn"]["model"] = None
    assert results.model("mycnn") == {}


def test_a_spec_says_its_name_its_scale_its_order_and_where_files_lie(spec):
    said = {"name": "curves", "scale": "lite", "order": ["resnet34", "mycnn"], "files": {"a.png": "/there/a.png"}}
    results = Results(spec | said)
    assert (results.name, results.scale, results.experiments) == ("curves", "lite", ["resnet34", "mycnn"])
    assert results.file("a.png") == Path("/there/a.png")
    silent = Results({})
    assert (silent.name, silent.scale, silent.experiments) == ("", "full", [])


def test_an_experiment_says_what_it_was_declared_with_and_trained_on():
    entries = {"a": {"dataset": "one", "declared": {"epochs": 3}}, "b": {"dataset": "two", "base": "one"}}
    results = Results({"experiments": entries})
    assert [results.trained_on(name) for name in entries] == ["one", "two"]
    assert [results.base_dataset(name) for name in entries] == ["one", "one"]
    assert [results.declared(name) for name in entries] == [{"epochs": 3}, {}]


def test_a_setting_is_the_number_that_an_experiment_was_trained_with(spec):
    spec["experiments"]["mycnn"]["settings"] = {"model.width": 8, "training.epochs": 3}
    assert Results(spec).setting("mycnn", "model.width") == 8.0


def test_experiments_go_by_their_titles(report_spec):
    experiments = {"a": {"title": {"zh": "基线", "en": "Base"}}, "b": {"title": "a"}, "c": {}}
    options = {"base": "a", "experiments": ["c", "b"], "quantity": "val_accuracy"}
    spec = report_spec("labreport.claims.equivalence", options, experiments)
    results = Results(spec)
    assert [results.title(name, "zh") for name in "abc"] == ["基线", "a", "c"]
    for lang, base in (("zh", "基线"), ("en", "Base")):
        shown = titled(spec, lang)
        assert shown["options"] == {"base": base, "experiments": ["c", "a"], "quantity": "val_accuracy"}
        assert list(shown["experiments"]) == [base, "a", "c"]
        assert Results(shown).runs("a") == results.runs("b")
    assert options["base"] == "a"
    assert titled({name: value for name, value in spec.items() if name != "naming"}, "en")["options"] == options


def test_an_unknown_experiment_names_those_that_are_there(spec):
    with pytest.raises(ResultsError, match="no experiment 'lenet' here; there are: mycnn, resnet34"):
        Results(spec).metrics("lenet")
    with pytest.raises(ResultsError, match=r"no experiment 'lenet' here; there are: none$"):
        Results({}).metrics("lenet")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("metrics.csv", None, "metrics.csv: no such file"),
        ("metrics.csv", "", "metrics.csv: cannot be read as CSV"),
        (
            "metrics.csv",
            "epoch,train_loss\n1,2\n",
            "metrics.csv: column train_accuracy.* is missing; found: epoch, train_loss",
        ),
        ("per_class.csv", "class,samples,correct,accuracy\n", "per_class.csv: has no rows"),
        (
            "per_class.csv",
            "class,samples,correct,accuracy\ncat,x,1,0.5\n",
            "per_class.csv: column samples holds something",
        ),
        (
            "per_class.csv",
            "class,samples,correct,accuracy\ncat,2,1,0.5\ndog,2,1,\nfrog,2,1,0.5\n",
            "per_class.csv: line 3: column accuracy is empty",
        ),
        ("summary.json", "{", "summary.json: cannot be read as JSON"),
        ("summary.json", "[]", "summary.json: holds a list"),
        ("summary.json", "{}", "summary.json: experiment, seed.* is missing"),
        ("environment.json", None, "environment.json: no such file"),
    ],
)
def test_a_damaged_file_is_named(spec, file, content, message):
    path = file_of(spec, "mycnn", file)
    path.unlink()
    if content is not None:
        path.write_text(content)
    results = Results(spec)
    read = {
        "metrics.csv": results.metrics,
        "per_class.csv": results.per_class,
        "summary.json": results.summary,
        "environment.json": results.environment,
    }[file]
    with pytest.raises(ResultsError, match=message):
        read("mycnn")


@pytest.mark.parametrize("names", [["NA", "1"], ["07", "10"]])
def test_a_class_named_like_a_missing_value_or_a_number_stays_a_name(spec, names):
    path = file_of(spec, "mycnn", "per_class.csv")
    path.write_text("class,samples,correct,accuracy\n" + "".join(f"{name},2,1,0.5\n" for name in names))
    assert list(Results(spec).per_class("mycnn")["class"])[:2] == names


def test_measurement_and_dataset(spec, cost_folder, tmp_path):
    spec["measurements"] = {"lstm_cost": str(cost_folder), "other": "elsewhere"}
    (tmp_path / "dataset.json").write_text(
        json.dumps({"dataset": "cifar10", "classes": ["a"], "train_counts": [1], "test_counts": [1]})
    )
    spec["data"] = {"cifar10": str(tmp_path)}
    results = Results(spec)
    assert list(results.measurement("lstm_cost")["implementation"]) == ["own", "packaged"]
    assert results.dataset("cifar10")["classes"] == ["a"]
    with pytest.raises(ResultsError, match=r"no 'gru' among the measurements here; there are: lstm_cost, other$"):
        results.measurement("gru")
    with pytest.raises(ResultsError, match=r"measurement\.csv: column joules is missing"):
        results.measurement("lstm_cost", ("joules",))


def test_an_array_is_what_was_saved_and_its_file_is_named_where_it_is_none(tmp_path):
    path, array = tmp_path / "a.npy", np.arange(6, dtype=np.uint8).reshape(2, 3)
    with pytest.raises(ResultsError, match=r"a\.npy: no such file; remove its folder and build the report again$"):
        read_array(path)
    np.save(path, array)
    np.testing.assert_array_equal(read_array(path), array, strict=True)


@pytest.mark.parametrize("read", [read_array, read_filters])
def test_nothing_in_an_array_is_carried_out(read, tmp_path):
    (tmp_path / "a.npy").write_bytes(pickle.dumps(Calls(os.mkdir, str(tmp_path / "mark"))))
    with pytest.raises(ResultsError, match=r"a\.npy: cannot be read as an array"):
        read(tmp_path / "a.npy")
    assert not (tmp_path / "mark").exists()


def test_a_run_that_was_taken_up_again_names_what_changed():
    first = {"device": "A", "precision": "fp32", "torch": "2.1", "python": "3.11", "finished": "today"}
    then = {"device": "B", "precision": "bf16", "torch": "2.2", "python": "3.12", "finished": "never"}
    changed = {"device": "A → B", "precision": "fp32 → bf16", "torch": "2.1 → 2.2", "python": "3.11 → 3.12"}
    resumed = {"resumed": [then, first]}
    assert over_attempts(first | resumed) == first | resumed | changed


def test_a_claim_is_its_file_unless_that_lacks_what_is_shown(spec, tmp_path):
    path = tmp_path / "gap.json"
    with pytest.raises(ResultsError, match=r"no 'gap' among the claims here; there are: none$"):
        Results(spec).claim("gap")
    spec["claims"] = {"gap": str(path)}
    held = dict.fromkeys(("outcome", "estimate", "low", "high", "margin", "level", "unit", "claim", "what"), 1)
    path.write_text(json.dumps(held))
    assert Results(spec).claim("gap") == held
    for key in held:
        path.write_text(json.dumps({name: value for name, value in held.items() if name != key}))
        with pytest.raises(ResultsError, match=rf"gap\.json: {key} is missing"):
            Results(spec).claim("gap")


def test_pairs_have_metrics_predictions_and_sizes_of_their_own(spec, tmp_path):
    add_pairs(spec, tmp_path, "sts_ours", seeds=2)
    prepared = add_sentences(spec, tmp_path)
    results = Results(spec)
    assert [results.task(name) for name in ("mycnn", "sts_ours")] == ["classification", "similarity"]
    assert [results.metric(name) for name in ("mycnn", "sts_ours")] == ["accuracy", "pearson"]
    assert {"test_loss", "test_pearson", "val_spearman", "seed"} <= set(results.metrics("sts_ours"))
    predictions = results.predictions("sts_ours")
    assert list(predictions["seed"].unique()) == list(SEEDS[:2])
    for seed, pairs in predictions.groupby("seed"):
        stated = results.summary("sts_ours").set_index("seed").loc[seed]
        assert scipy.stats.pearsonr(pairs["score"], pairs["predicted"]).statistic == pytest.approx(
            stated["test_pearson"]
        )
        assert stated["test_samples"] == len(pairs)
    about = results.dataset("stsb")
    assert (about["dev_samples"], about["vocabulary"], about["length"]) == (60, 4, 7)
    assert len(np.load(results.data_folder("stsb") / "train_labels.npy")) == len(prepared.train_labels)


def as_archive(**arrays):
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    return content.getvalue()


WHOLE = as_archive(true=np.arange(100.0), predicted=np.arange(100.0))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        (b"", "cannot be read as arrays"),
        (b"no archive", "cannot be read as arrays"),
        (WHOLE[:-40], "cannot be read as arrays"),
        (WHOLE[:80] + bytes(8) + WHOLE[88:], "cannot be read as arrays"),
        (as_archive(true=np.zeros(3)), r"holds true \(3,\), not true and predicted of equal length"),
        (as_archive(true=np.zeros(3), predicted=np.zeros(2)), r"holds true \(3,\), predicted \(2,\), not"),
        (as_archive(true=np.zeros(()), predicted=np.zeros(())), r"holds true \(\), predicted \(\), not"),
    ],
)
def test_damaged_predictions_are_named(spec, tmp_path, content, message):
    add_pairs(spec, tmp_path, "sts_ours")
    path = file_of(spec, "sts_ours", "predictions.npz")
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ResultsError, match=rf"predictions\.npz: {message}"):
        Results(spec).predictions("sts_ours")


@pytest.mark.parametrize(
    ("experiment", "read", "message"),
    [
        (
            "sts_ours",
            "per_class",
            r"sts_ours was trained for similarity, which leaves no per_class\.csv but pred",
        ),
        ("sts_ours", "confusion", r"leaves no confusion\.csv"),
        ("mycnn", "predictions", r"mycnn was trained for classification, which gives no scores"),
    ],
)
def test_what_a_task_does_not_leave_is_not_missing(spec, tmp_path, experiment, read, message):
    add_pairs(spec, tmp_path, "sts_ours")
    with pytest.raises(ResultsError, match=message):
        getattr(Results(spec), read)(experiment)


def test_a_run_of_an_unknown_task_is_named(spec):
    path = file_of(spec, "mycnn", "spec.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"task": {"name": "translation"}}))
    with pytest.raises(ResultsError, match=r"spec\.json: task\.name: found 'translation'; known: classification"):
        Results(spec).metrics("mycnn")


def test_a_summary_without_its_tasks_numbers_is_damaged(spec, tmp_path):
    add_pairs(spec, tmp_path, "sts_ours")
    path = file_of(spec, "sts_ours", "summary.json")
    path.write_text(json.dumps({k: v for k, v in json.loads(path.read_text()).items() if k != "test_pearson"}))
    with pytest.raises(ResultsError, match=r"summary\.json: test_pearson is missing"):
        Results(spec).summary("sts_ours")


def test_filters_are_read_for_every_seed(spec):
    for run in spec["experiments"]["mycnn"]["runs"]:
        np.save(Path(run["path"]) / "filters.npy", np.full((4, 3, 5, 5), run["seed"], np.float32))
    found = Results(spec).filters("mycnn")
    found = {seed: (weights.shape, float(weights.max())) for seed, weights in found.items()}
    assert found == {seed: ((4, 3, 5, 5), float(seed)) for seed in SEEDS[:2]}
    with pytest.raises(ResultsError, match="no such file; only a model with a convolution leaves filters"):
        Results(spec).filters("resnet34")


@pytest.mark.parametrize("array", [np.zeros(3, np.float32), np.zeros((1, 1, 1, 1), np.int64), None])
def test_damaged_filters_are_named(spec, array):
    path = file_of(spec, "mycnn", "filters.npy")
    path.write_bytes(b"no array") if array is None else np.save(path, array)
    with pytest.raises(ResultsError, match=r"filters\.npy: (holds|cannot be read)"):
        Results(spec).filters("mycnn")


def test_published_classes_are_numbers_by_name(spec):
    spec["experiments"]["mycnn"]["published"] |= {"per_class": {"cat": 1, "dog": 0.5}, "convergence_epoch": 30}
    published = Results(spec).published("mycnn")
    assert published["per_class"] == {"cat": 1.0, "dog": 0.5}
    assert published["convergence_epoch"] == 30.0


def test_a_variant_names_its_base_and_its_short_classes(spec, tmp_path):
    add_images(spec, tmp_path, "cifar10", list(CIFAR10))
    add_images(spec, tmp_path, "cifar10_longtail", list(CIFAR10), LONGTAIL)
    add_images(spec, tmp_path, "cifar10_balanced", list(CIFAR10), LONGTAIL, BALANCE)
    spec["experiments"]["resnet34"] |= {"dataset": "cifar10_longtail", "base": "cifar10"}
    results = Results(spec)
    assert [results.base_dataset(name) for name in ("mycnn", "resnet34")] == ["cifar10", "cifar10"]
    for name in ("cifar10_longtail", "cifar10_balanced"):
        assert results.class_groups(name) == (list(CIFAR10[:5]), list(CIFAR10[5:]))
    with pytest.raises(ResultsError, match="cifar10 has 0 short classes and 10 full ones; name a long-tailed data set"):
        results.class_groups("cifar10")


def test_data_that_lack_their_counts_are_damaged(spec, tmp_path):
    (tmp_path / "dataset.json").write_text(json.dumps({"dataset": "stsb", "classes": [], "train_samples": 3}))
    spec["data"] = {"stsb": str(tmp_path)}
    with pytest.raises(ResultsError, match="test_samples, vocabulary, length, unknown is missing"):
        Results(spec).dataset("stsb")
