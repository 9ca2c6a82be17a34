"""Tables about data and groups of classes: counts, pairs, short and full classes, published classes."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, recall_score

from labreport.results import Results
from labreport.sampling import sampling_error
from labreport.tables import class_counts, group_accuracy, pair_counts, per_class, published_classes
from tests.conftest import CIFAR10
from tests.fabricated import BALANCE, LONGTAIL, add_images, add_sentences

TAIL, FILLED = "cifar10_longtail", "cifar10_balanced"


@pytest.fixture
def made(report_spec, tmp_path):
    """Runs of two experiments with two seeds, the three variants of the data, and pairs."""
    spec = report_spec("", {}, {"whole": {"best": 0.7}, "tail": {"best": 0.5}}, seeds=2)
    for name, variants in (("cifar10", ()), (TAIL, (LONGTAIL,)), (FILLED, (LONGTAIL, BALANCE))):
        add_images(spec, tmp_path, name, list(CIFAR10), *variants)
    add_sentences(spec, tmp_path)
    return Results(spec)


def test_class_counts_are_those_of_the_labels(made, shown):
    table = class_counts.build(made, {"datasets": ["cifar10", TAIL, FILLED]}, "en")
    for name in ("cifar10", TAIL, FILLED):
        labels = np.load(made.data_folder(name) / "train_labels.npy")
        assert list(table.frame[name][:-1]) == np.bincount(labels).tolist()
        assert table.frame[name].iloc[-1] == len(labels)
    assert list(table.frame[TAIL]) == [4, 5, 6, 7, 8, 90, 100, 110, 120, 130, 580]
    _, rows = shown(table)
    assert rows["All"] == {
        "shown": "All", "cifar10_shown": "850", f"{TAIL}_shown": "580", f"{FILLED}_shown": "1,300",
        "test_samples_shown": "85",
    }  # fmt: skip
    assert table.notes == [
        f"{TAIL}: airplane, automobile, bird, cat and deer keep 10% of their training samples.",
        f"{FILLED}: made from {TAIL}; the short classes are filled up to the size of the largest with copies of their "
        "own samples, with Gaussian noise of standard deviation 0.05 (pixel values from 0 to 1) and mirrored with a "
        "probability of one half.",
    ]


def test_data_whose_base_is_not_there_tell_every_step(made):
    (line,) = class_counts.build(made, {"datasets": ["cifar10", FILLED]}, "zh").notes
    steps = ["飞机、汽车、鸟、猫、鹿各保留 10% 的训练样本", "补足至最大类", "标准差为 0.05", "一半的概率左右翻转"]
    assert line.startswith(f"{FILLED}：")
    assert [line.find(step) for step in steps] == sorted(line.find(step) for step in steps)
    assert all(step in line for step in steps)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"flip": False}, "samples, with Gaussian noise of standard deviation 0.05 (pixel values from 0 to 1)."),
        ({"noise_sigma": 0.0}, "samples, mirrored with a probability of one half."),
        ({"flip": False, "noise_sigma": 0.0}, "samples, unaltered."),
    ],
)
def test_only_what_was_done_to_copies_is_told(change, told, report_spec, tmp_path):
    spec = report_spec("", {}, {})
    add_images(spec, tmp_path, FILLED, list(CIFAR10), LONGTAIL, BALANCE | change)
    (line,) = class_counts.build(Results(spec), {"datasets": [FILLED]}, "en").notes
    assert line.endswith(told)


def test_the_nearest_of_what_data_are_made_from_is_named(made, tmp_path):
    again = {**LONGTAIL, "classes": [9], "keep": 0.5}
    add_images(made.spec, tmp_path, "third", list(CIFAR10), LONGTAIL, BALANCE, again)
    table = class_counts.build(made, {"datasets": [TAIL, FILLED, "third", "cifar10"]}, "en")
    assert table.notes[2] == f"third: made from {FILLED}; truck keep 50% of their training samples."


def test_where_test_sets_differ_none_is_shown(made, tmp_path):
    add_images(made.spec, tmp_path, "other", list(CIFAR10))
    path = made.data_folder("other") / "dataset.json"
    about = json.loads(path.read_text())
    path.write_text(json.dumps(about | {"test_counts": about["test_counts"][::-1]}))
    for datasets, there in ((["cifar10", TAIL], True), (["cifar10", "other", TAIL], False)):
        table = class_counts.build(made, {"datasets": datasets}, "en")
        assert ("test_samples" in table.frame) is there


def test_groups_are_means_of_scikit_learns_recalls(made, shown):
    table = group_accuracy.build(made, {"experiments": ["whole", "tail"], "dataset": TAIL}, "en")
    frame = table.frame.set_index("experiment")
    for name in ("whole", "tail"):
        found = {"short": [], "full": []}
        for _, run in made.confusion(name).groupby("seed"):
            pair = [np.repeat(run[key].to_numpy(), run["count"]) for key in ("true", "predicted")]
            for group, labels in (("short", CIFAR10[:5]), ("full", CIFAR10[5:])):
                found[group].append(recall_score(*pair, labels=list(labels), average="macro"))
        for group, values in found.items():
            assert frame.loc[name, group] == pytest.approx(np.mean(values))
            assert frame.loc[name, f"{group}_std"] == pytest.approx(np.std(values, ddof=1))
        raw = made.per_class(name)
        errors = {
            group: [
                math.hypot(*map(sampling_error, run["accuracy"], run["samples"])) / 5
                for _, run in raw[raw["class"].isin(labels)].groupby("seed")
            ]
            for group, labels in (("short", CIFAR10[:5]), ("full", CIFAR10[5:]))
        }
        for group, values in errors.items():
            assert 0.5 * np.mean(values) < frame.loc[name, f"{group}_error"] < 1.02 * np.mean(values)  # of their mean
        gaps = np.subtract(found["full"], found["short"])
        assert frame.loc[name, "gap"] == pytest.approx(gaps.mean())
        assert frame.loc[name, "gap_std"] == pytest.approx(gaps.std(ddof=1))
    assert table.bold == {(0, 1), (0, 2)}
    assert table.notes[0] == "The short classes are airplane, automobile, bird, cat and deer."


def test_a_runs_accuracy_and_its_classes_come_from_one_confusion_matrix(made):
    table = per_class.build(made, {"experiments": ["whole", "tail"]}, "en")
    for name in ("whole", "tail"):
        for seed, run in made.confusion(name).groupby("seed"):
            true, predicted = (np.repeat(run[key].to_numpy(), run["count"]) for key in ("true", "predicted"))
            summary = made.summary(name).set_index("seed").loc[seed]
            assert summary["val_accuracy"] == pytest.approx(accuracy_score(true, predicted))
            rows = made.per_class(name).query("seed == @seed")
            recalls = recall_score(true, predicted, labels=list(rows["class"]), average=None)
            assert list(rows["accuracy"]) == pytest.approx(list(recalls))
            assert rows["correct"].sum() / rows["samples"].sum() == pytest.approx(summary["val_accuracy"])
        assert table.frame[name].iloc[-1] == pytest.approx(made.summary(name)["val_accuracy"].mean())


def test_pairs_are_counted_by_split(made, shown):
    table = pair_counts.build(made, {"dataset": "stsb"}, "en")
    _, rows = shown(table)
    assert rows["Training"] == {
        "shown": "Training", "pairs_shown": "120", "tokens_shown": "1,680", "unknown_shown": "30", "unknown_share": 1.8,
    }  # fmt: skip
    assert list(rows) == ["Training", "Validation", "Test"]
    assert list(table.frame["unknown_share"]) == pytest.approx([30 / 1680, 16 / 840, 22 / 1120])
    assert list(table.frame["pairs"]) == [
        len(np.load(made.data_folder("stsb") / f"{s}_labels.npy")) for s in table.frame["split"]
    ]
    assert table.notes == ["The vocabulary has 4 words, padding and unknown included; a sentence has at most 7 words."]


def test_published_classes_show_that_they_contradict(made, shown):
    lenet5 = dict(zip(CIFAR10, (0.73, 0.93, 0.88, 0.47, 0.71, 0.50, 0.67, 0.92, 0.91, 0.95), strict=True))
    made.spec["experiments"]["whole"]["published"] = {"val_accuracy": 0.717, "per_class": lenet5}
    columns, rows = shown(published_classes.build(made, {"experiments": ["whole"]}, "zh"))
    assert (rows["猫"]["whole"], rows["平均"]["whole"], rows["所述总准确率"]["whole"]) == (47, 76.7, 71.7)
    assert columns["whole"]["unit"] == "%"
