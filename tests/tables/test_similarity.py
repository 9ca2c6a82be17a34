"""Tables that every experiment has, for experiments on pairs."""

from __future__ import annotations

import numpy as np
import pytest

from labreport.errors import ResultsError
from labreport.results import Results
from labreport.tables import epoch_log, per_class, runs
from labreport.tables import results as results_table
from tests.fabricated import add_pairs

STS = {"sts_plain": {"noise": 2.5, "epochs": 3}, "sts_ours": {"noise": 0.5, "epochs": 5}}


def test_results_lead_with_the_test_correlation(pairs, shown):
    results = pairs(STS, seeds=2)
    table = results_table.build(results, {"experiments": list(STS)}, "en")
    columns, rows = shown(table)
    mean = results.summary("sts_ours")["test_pearson"].mean()
    assert table.frame.set_index("experiment").loc["sts_ours", "difference"] == pytest.approx(mean - 0.48)
    assert rows["sts_ours"]["test_pearson"].startswith(f"{mean:.2f}")
    assert columns["difference"]["unit"] is columns["test_pearson"]["unit"] is None
    assert table.bold == {(1, list(columns).index("test_pearson"))}
    assert rows["sts_ours"]["published_test_pearson"] == 0.48


def test_pairs_and_classes_do_not_share_a_table(report_spec, tmp_path):
    spec = report_spec("", {}, {"mycnn": {}})
    add_pairs(spec, tmp_path, "sts_plain")
    with pytest.raises(ResultsError, match="mycnn has accuracy, sts_plain has pearson"):
        results_table.build(Results(spec), {"experiments": ["mycnn", "sts_plain"]}, "en")


def test_pairs_have_no_classes(pairs):
    with pytest.raises(ResultsError, match=r"trained for similarity, which leaves no per_class\.csv"):
        per_class.build(pairs(STS), {"experiments": ["sts_ours"]}, "en")


def test_the_log_follows_the_correlation_and_a_falling_learning_rate(pairs):
    results = pairs(STS)
    path = results.runs("sts_ours")[0].path / "metrics.csv"
    table = epoch_log.build(results, {"experiments": ["sts_ours"]}, "en")
    keys = [column.key for column in table.columns]
    assert keys == [
        "epoch", "train_loss", "train_pearson", "val_loss", "val_pearson", "test_loss", "test_pearson", "seconds"
    ]  # fmt: skip
    place = keys.index("val_pearson")
    assert (int(np.argmax(table.frame["val_pearson"])), place) in table.bold
    head, *lines = path.read_text().splitlines()
    lines[-1] = lines[-1].replace(",0.001,", ",0.0001,")
    path.write_text("\n".join([head, *lines]))
    columns = epoch_log.build(results, {"experiments": ["sts_ours"]}, "en").columns
    assert [column.key for column in columns] == [*keys[:-1], "learning_rate", "seconds"]


def test_runs_of_pairs_are_listed_with_the_others(pairs):
    table = runs.build(pairs(STS, seeds=2), {}, "en")
    assert list(table.frame["experiment"]) == ["sts_plain"] * 2 + ["sts_ours"] * 2


def test_a_published_best_is_compared_with_the_best(report_spec, shown):
    spec = report_spec("", {}, {"cnn3": {"epochs": 12}, "resnet_small": {"epochs": 12}}, seeds=2)
    spec["experiments"]["cnn3"]["published"] = {"val_accuracy": 0.7672, "best_epoch": 28}
    results = Results(spec)
    table = results_table.build(results, {"experiments": ["cnn3", "resnet_small"]}, "en")
    frame = table.frame.set_index("experiment")
    curves = results.metrics("cnn3").groupby("seed")["val_accuracy"]
    assert frame.loc["cnn3", "best_val_accuracy"] == pytest.approx(curves.max().mean())
    assert frame.loc["cnn3", "difference"] == pytest.approx(curves.max().mean() - 0.7672)
    assert frame.loc["resnet_small", "difference"] == pytest.approx(frame.loc["resnet_small", "val_accuracy"] - 0.8442)
    columns, rows = shown(table)
    assert rows["cnn3"]["published_best_epoch"] == 28
    assert rows["resnet_small"]["published_best_epoch"] is None
    assert "best epoch" in table.notes[0]
    assert "best_epoch" in columns
