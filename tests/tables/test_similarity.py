"""Tables that every experiment has, for experiments on pairs."""

from __future__ import annotations

import json

import numpy as np
import pytest

from labreport.errors import ResultsError
from labreport.results import Results
from labreport.sampling import correlation_error
from labreport.tables import epoch_log, per_class, runs
from labreport.tables import results as results_table


def change_summary(run, **values):
    path = run.path / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


STS = {"sts_ours": {"noise": 0.5, "epochs": 5}, "sts_plain": {"noise": 2.5, "epochs": 3}}


def test_results_lead_with_the_test_correlation(pairs, shown):
    results = pairs(STS, seeds=2)
    table = results_table.build(results, {"experiments": list(STS)}, "en")
    columns, rows = shown(table)
    mean = results.summary("sts_ours")["test_pearson"].mean()
    frame = table.frame.set_index("experiment")
    assert frame.loc["sts_ours", "difference"] == pytest.approx(mean - 0.48)
    for name in STS:
        chosen = [run.loc[run["val_pearson"].idxmax()] for _, run in results.metrics(name).groupby("seed")]
        for key, source in (
            ("best_epoch", "epoch"),
            *((key, key) for key in ("val_pearson", "test_loss", "test_pearson")),
        ):
            assert frame.loc[name, key] == pytest.approx(np.mean([run[source] for run in chosen]))
        assert frame.loc[name, "test_pearson_std"] == pytest.approx(
            np.std([run["test_pearson"] for run in chosen], ddof=1)
        )
        assert frame.loc[name, "test_pearson_error"] == pytest.approx(
            correlation_error(frame.loc[name, "test_pearson"], 80)
        )
    assert rows["sts_ours"]["test_pearson"].startswith(f"{mean:.3f}")
    assert columns["difference"]["unit"] is columns["test_pearson"]["unit"] is None
    assert table.bold == {(0, list(columns).index("test_pearson"))}
    assert rows["sts_ours"]["published_test_pearson"] == 0.48


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
    table = runs.build(pairs(STS, seeds=2), {"experiments": list(STS)}, "en")
    assert list(table.frame["experiment"]) == ["sts_ours"] * 2 + ["sts_plain"] * 2


def test_a_published_best_is_compared_with_the_best(report_spec, shown):
    spec = report_spec("", {}, {"cnn3": {"epochs": 12}, "resnet_small": {"epochs": 12}}, seeds=2)
    spec["experiments"]["cnn3"]["published"] = {"val_accuracy": 0.7672, "best_epoch": 28}
    results = Results(spec)
    change_summary(results.runs("cnn3")[0], best_epoch=4, best_val_accuracy=0.95)
    table = results_table.build(results, {"experiments": ["cnn3", "resnet_small"]}, "en")
    frame = table.frame.set_index("experiment")
    summaries = {name: results.summary(name) for name in ("cnn3", "resnet_small")}
    for name, summary in summaries.items():
        best = summary["best_val_accuracy"]
        assert frame.loc[name, "best_val_accuracy"] == pytest.approx(np.mean(best))
        assert frame.loc[name, "best_val_accuracy_std"] == pytest.approx(np.std(best, ddof=1))
        assert frame.loc[name, "best_epoch"] == pytest.approx(np.mean(summary["best_epoch"]))
    assert frame.loc["cnn3", "difference"] == pytest.approx(summaries["cnn3"]["best_val_accuracy"].mean() - 0.7672)
    assert frame.loc["resnet_small", "difference"] == pytest.approx(frame.loc["resnet_small", "val_accuracy"] - 0.8442)
    keys = [column.key for column in table.columns]
    marked = ("val_accuracy", "best_val_accuracy")
    assert table.bold == {(int(table.frame[key].idxmax()), keys.index(key)) for key in marked}
    columns, rows = shown(table)
    assert rows["cnn3"]["published_best_epoch"] == 28
    assert rows["resnet_small"]["published_best_epoch"] is None
    assert "best epoch" in table.notes[0]
    assert "chosen on what judges it" in table.notes[1]
    for name, told in (("cnn3", True), ("resnet_small", False)):  # as long as one of them has no test split
        for run in results.runs(name):
            change_summary(run, test_samples=100)
        table = results_table.build(Results(spec), {"experiments": list(summaries)}, "en")
        assert any("chosen on" in one for one in table.notes) == told
    assert "best_epoch" in columns
