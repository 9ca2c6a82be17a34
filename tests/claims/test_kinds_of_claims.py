"""The five kinds, judged on whole runs of known answers, and the file that a claim becomes."""

from __future__ import annotations

import importlib
import json
import shutil
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import yaml

from labreport.claims.verdict import adjusted, file_of
from labreport.documents import naming
from labreport.errors import ResultsError
from labreport.files import read_json, write_json
from labreport.rounding import fixed
from tests.conftest import CIFAR10
from tests.fabricated import LONGTAIL, add_images, add_pairs

SAMPLES = 2000
FIELDS = {
    *("name", "kind", "outcome", "favours", "estimate", "low", "high", "margin", "unit", "claim", "what"),
    *("p", "p_adjusted", "seeds", "level", "paired", "method", "reason", "runs", "values"),
}


def answer(folder: str, accuracy: float, start: int = 0) -> None:
    """Have a run answer just so many samples right, in a row from `start` on."""
    true = np.arange(SAMPLES, dtype=np.uint8) % len(CIFAR10)
    right = (np.arange(SAMPLES) - start) % SAMPLES < round(accuracy * SAMPLES)
    np.savez(f"{folder}/predictions.npz", true=true, predicted=np.where(right, true, (true + 1) % len(CIFAR10)))
    summary = read_json(f"{folder}/summary.json")
    said = {"val_accuracy": right.mean(), "val_samples": SAMPLES, "train_samples": 5 * SAMPLES}
    write_json(f"{folder}/summary.json", {**summary, **said})


@pytest.fixture
def judged(report_spec, tmp_path):
    """`judged("difference", options, {"a": [0.8], "b": [0.7]})`: the file of a claim on runs of these accuracies."""

    def judge(kind: str, options: dict[str, Any], accuracies: dict[str, list[float]], **changes: Any) -> dict[str, Any]:
        shutil.rmtree(tmp_path / "results/runs", ignore_errors=True)
        seeds = max(map(len, accuracies.values()))
        spec = report_spec(f"labreport.claims.{kind}", options, {name: {} for name in accuracies}, seeds=seeds)
        spec |= {key: changes[key] for key in ("scale", "measurements") if key in changes}
        for name, variant in changes.get("data", []):
            add_images(spec, tmp_path, name, list(CIFAR10), variant)
        for name, values in accuracies.items():
            entry = spec["experiments"][name]
            entry["runs"] = sorted(entry["runs"], key=lambda run: run["seed"])[: len(values)]
            entry |= changes.get(name, {})
            for place, (run, value) in enumerate(zip(entry["runs"], values, strict=True)):
                answer(run["path"], value, start=37 * place)
                for file, said in changes.get("files", {}).get(name, {}).items():
                    write_json(f"{run['path']}/{file}", {**read_json(f"{run['path']}/{file}"), **said})
        found = file_of(importlib.import_module(spec["target"]), spec)
        assert set(found) == FIELDS
        assert set(found["values"]) <= {*naming.of_claim(kind)}  # what `labreport check` lets a template name
        assert found["runs"] == [run["key"] for one in spec["experiments"].values() for run in one["runs"]]
        assert json.loads(json.dumps(found, allow_nan=False)) == found
        return found

    return judge


A_OVER_B = {"quantity": "val_accuracy", "experiments": ["a"], "than": "b"}


def test_two_single_runs_are_compared_by_mcnemar(judged):
    found = judged("difference", A_OVER_B, {"a": [0.75], "b": [0.7]})
    assert found["p"] == pytest.approx(scipy.stats.binomtest(100, 100).pvalue)
    assert (found["method"], found["paired"], found["seeds"], found["outcome"]) == ("mcnemar", True, 1, "supported")
    assert found["estimate"] == pytest.approx(0.05)
    assert found["low"] < 0.05 < found["high"]
    assert "in this run, about the trained models only" in found["reason"]["en"]
    assert "本次运行" in found["reason"]["zh"]


@pytest.mark.parametrize(
    ("accuracies", "outcome"),
    [((0.8, 0.7), "supported"), ((0.72, 0.7), "refuted"), ((0.7, 0.8), "refuted"), ((0.751, 0.7), "undecided")],
)
def test_a_difference_is_at_least_so_much(judged, accuracies, outcome):
    found = judged("difference", {**A_OVER_B, "at_least": 5}, {"a": [accuracies[0]], "b": [accuracies[1]]})
    assert (found["outcome"], found["margin"], found["unit"]) == (outcome, 0.05, "fraction")
    assert (found["method"], found["paired"]) == ("paired", True)
    for reason in found["reason"].values():
        assert fixed(100 * found["estimate"], 1).replace("-", "−") in reason


def test_several_seeds_make_it_about_the_method(judged):
    found = judged("difference", A_OVER_B, {"a": [0.8, 0.81, 0.79], "b": [0.7, 0.72, 0.71]})
    assert (found["method"], found["seeds"], found["outcome"]) == ("welch", 3, "supported")
    assert "3 seeds" in found["reason"]["en"]
    assert "this run" not in found["reason"]["en"]


def test_lower_is_better_of_a_loss(judged):
    files = {"a": {"summary.json": {"val_loss": 0.5}}, "b": {"summary.json": {"val_loss": 0.9}}}
    found = judged("difference", {**A_OVER_B, "quantity": "val_loss"}, {"a": [0.8], "b": [0.8]}, files=files)
    assert found["estimate"] == pytest.approx(0.4)
    assert (found["outcome"], found["p"], found["low"]) == ("undecided", None, None)
    assert "nothing tells its error" in found["reason"]["en"]


def test_a_level_that_is_reached_by_both(judged):
    options = {**A_OVER_B, "quantity": "epochs_to(best)", "share_of_best": 0.5}
    found = judged("difference", options, {"a": [0.8], "b": [0.8]})
    assert found["unit"] == "epochs"
    assert found["values"]["share_of_best"] == 0.5
    assert found["estimate"] == found["values"]["base"] - found["values"]["means"]["a"]


def test_the_level_of_the_best_is_reached_by_every_run(judged, tmp_path):
    options = {**A_OVER_B, "quantity": "epochs_to(best)"}
    found = judged("difference", options, {"a": [0.8] * 3, "b": [0.8] * 3})
    bests = [read_json(path)["best_val_accuracy"] for path in (tmp_path / "results/runs").rglob("summary.json")]
    assert len(set(bests)) > 1
    assert found["values"]["threshold"] == min(bests)
    assert found["estimate"] is not None


def test_two_quantities_of_the_same_runs(judged):
    files = {"a": {"summary.json": {"seen_accuracy": 0.95}}}
    options = {"quantity": "train_accuracy", "minus": "val_accuracy", "experiments": ["a"], "at_least": 10}
    found = judged("difference", options, {"a": [0.8]}, files=files)
    assert found["estimate"] == pytest.approx(0.15)
    assert (found["values"]["means"], found["values"]["base"]) == ({"a": 0.95}, pytest.approx(0.8))
    assert found["outcome"] == "supported"


def test_two_groups_of_classes_of_the_same_runs(judged, tmp_path):
    options = {"quantity": "accuracy_on(full)", "minus": "accuracy_on(short)", "experiments": ["a"], "dataset": "tail"}
    found = judged("difference", options, {"a": [0.8, 0.7]}, data=[("tail", LONGTAIL)])
    runs = [np.load(path) for path in sorted((tmp_path / "results/runs").rglob("predictions.npz"))]
    sides = [
        np.mean([[(one["predicted"] == one["true"])[one["true"] == c].mean() for c in classes] for one in runs])
        for classes in (range(5, 10), LONGTAIL["classes"])
    ]
    assert found["estimate"] == pytest.approx(sides[0] - sides[1])
    assert "Mean accuracy on full classes minus mean accuracy on short classes of a" in found["reason"]["en"]


def test_a_measured_number_minus_an_exact_one_has_the_error_of_the_measured_one(judged):
    options = {"quantity": "val_accuracy", "minus": "chance", "experiments": ["a"]}
    found = judged("difference", options, {"a": [0.3]})
    error = np.sqrt(0.3 * 0.7 / SAMPLES)
    assert (found["estimate"], found["method"]) == (pytest.approx(0.2), "samples")
    assert found["high"] - found["low"] == pytest.approx(2 * 1.959964 * error, rel=0.02)


def test_a_level_of_a_correlation_is_no_percentage(report_spec, tmp_path):
    options = {"quantity": "epochs_to(0.25)", "experiments": ["a"], "than": "b"}
    spec = report_spec("labreport.claims.difference", options, {})
    for name in ("a", "b"):
        add_pairs(spec, tmp_path, name)
    found = file_of(importlib.import_module(spec["target"]), spec)
    assert found["what"]["en"].startswith("epochs to 0.250, ")


@pytest.mark.parametrize("quantity", ["test_pearson", "test_spearman"])
@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize(("experiments", "than", "outcome"), [(["flat"], "b", "refuted"), (["b"], "flat", "supported")])
def test_runs_that_say_the_same_of_all_pairs_correlate_with_nothing(
    report_spec, tmp_path, quantity, seeds, experiments, than, outcome
):
    options = {"quantity": quantity, "experiments": experiments, "than": than}
    spec = report_spec("labreport.claims.difference", options, {}, seeds=seeds)
    for name in ("flat", "b"):
        add_pairs(spec, tmp_path, name, seeds=seeds)
    for run in spec["experiments"]["flat"]["runs"]:
        true = np.load(f"{run['path']}/predictions.npz")["true"]
        np.savez(f"{run['path']}/predictions.npz", true=true, predicted=np.full_like(true, 5.0))
        summary = read_json(f"{run['path']}/summary.json")
        write_json(f"{run['path']}/summary.json", {**summary, quantity: 0.0})
    found = file_of(importlib.import_module(spec["target"]), spec)
    assert found["outcome"] == outcome
    assert found["low"] < found["estimate"] < found["high"]
    assert found["p"] > 0


def test_a_level_that_a_run_never_reaches_leaves_the_claim_open(judged):
    found = judged("difference", {**A_OVER_B, "quantity": "epochs_to(0.999)"}, {"a": [0.8], "b": [0.8]})
    assert (found["estimate"], found["outcome"], found["p"]) == (None, "undecided", None)
    assert "not every run gets there" in found["reason"]["en"]


def test_close_is_shown_and_not_taken_for_granted(judged):
    near = {"quantity": "val_accuracy", "experiments": ["a", "b"], "within": 5}
    assert judged("equivalence", near, {"a": [0.8], "b": [0.79]})["outcome"] == "supported"
    assert judged("equivalence", {**near, "within": 0.1}, {"a": [0.8], "b": [0.799]})["outcome"] == "undecided"
    assert judged("equivalence", near, {"a": [0.8], "b": [0.7]})["outcome"] == "refuted"
    few = judged("equivalence", near, {"a": [0.75, 0.85], "b": [0.7, 0.9]})
    assert few["outcome"] == "undecided"


def test_of_several_pairs_the_widest_decides(judged):
    options = {"quantity": "val_accuracy", "experiments": ["a", "b", "c"], "within": 3}
    found = judged("equivalence", options, {"a": [0.8], "b": [0.79], "c": [0.7]})
    values = found["values"]
    assert found["outcome"] == "refuted"
    assert (values["best"], values["worst"], values["largest"]) == ("a", "c", pytest.approx(0.1))
    based = judged("equivalence", {**options, "experiments": ["b"], "base": "a"}, {"a": [0.8], "b": [0.79]})
    assert (based["outcome"], based["estimate"]) == ("supported", pytest.approx(-0.01))


def test_the_best_is_better_than_every_rival(judged):
    options = {"quantity": "val_accuracy", "best": "a", "experiments": ["a", "b", "c"]}
    best = judged("ranking", options, {"a": [0.8], "b": [0.7], "c": [0.75]})
    assert (best["outcome"], best["values"]["rival"], best["estimate"]) == ("supported", "c", pytest.approx(0.05))
    beaten = judged("ranking", options, {"a": [0.7], "b": [0.71], "c": [0.69]})
    assert (beaten["outcome"], beaten["values"]["best"]) == ("refuted", "b")
    assert beaten["p"] == pytest.approx(2 * 2 * 0.5**20)


def with_seconds(path: str, times: list[float]) -> None:
    frame = pd.read_csv(f"{path}/metrics.csv")
    frame.assign(seconds=times).to_csv(f"{path}/metrics.csv", index=False)


@pytest.fixture
def timed(report_spec):
    """The file of a claim about the times of two runs, of twelve epochs each, on the machines that are given."""

    def judge(options: dict[str, Any], **machine: Any) -> dict[str, Any]:
        spec = report_spec(
            "labreport.claims.ratio", {"of": "a", "over": "b", **options}, {"a": {"epochs": 12}, "b": {"epochs": 12}}
        )
        for name, unit in (("a", 2.0), ("b", 1.0)):
            path = spec["experiments"][name]["runs"][0]["path"]
            with_seconds(path, [unit * factor for factor in (9.0, *[0.99, 1.0, 1.01, 1.02] * 3)][:12])
        other = spec["experiments"]["b"]["runs"][0]["path"] + "/environment.json"
        write_json(other, {**read_json(other), **machine})
        return file_of(importlib.import_module(spec["target"]), spec)

    return judge


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ({"at_least": 1.2}, "supported"),
        ({"at_most": 1.2}, "refuted"),
        ({"at_most": 30}, "supported"),
        ({"at_least": 2}, "undecided"),
    ],
)
def test_costs_are_compared_by_their_medians(timed, options, outcome):
    found = timed(options)
    assert found["estimate"] == found["values"]["estimates"]["a"] == pytest.approx(2.0)
    assert (found["outcome"], found["unit"], found["method"]) == (outcome, "times", "bootstrap")
    ((claim, margin),) = options.items()
    assert (found["claim"], found["margin"]) == (claim, margin)
    assert found["low"] < 2 < found["high"]


def test_a_ratio_of_epochs_has_the_error_of_both(judged):
    options = {"quantity": "epochs_to(0.5)", "of": "a", "over": "b", "at_least": 1}
    found = judged("ratio", options, {"a": [0.8], "b": [0.8]})
    assert (found["method"], found["unit"]) == ("samples", "times")
    errors = [0.5 / epochs for epochs in found["values"]["means"].values()]  # of whole epochs
    assert found["high"] / found["estimate"] >= np.exp(1.9599 * np.hypot(*errors))
    never = judged("ratio", {**options, "quantity": "epochs_to(0.999)"}, {"a": [0.8], "b": [0.8]})
    assert (never["estimate"], never["outcome"]) == (None, "undecided")


@pytest.mark.parametrize(
    "machine", [{"device": "GPU"}, {"precision": "bf16"}, {"threads": 3}, {"torch": "3"}, {"shared": True}]
)
def test_times_of_other_machines_are_not_compared(timed, machine):
    found = timed({"at_least": 1.2}, **machine)
    assert (found["outcome"], found["p"], found["values"]["comparable"]) == ("undecided", None, False)
    assert "cannot be compared" in found["reason"]["en"]


def test_implementations_are_compared_by_their_quartiles(judged, cost_folder):
    options = {"measurement": "lstm_cost", "of": "own", "over": "packaged", "at_least": 1.5}
    found = judged("ratio", options, {"a": [0.5]}, measurements={"lstm_cost": str(cost_folder)})
    assert (found["outcome"], found["estimate"]) == ("supported", pytest.approx(163.5 / 41.25))
    notches = [1.2533 / 1.349 * width / middle / np.sqrt(5) for width, middle in ((11, 163.5), (3, 41.25))]
    freedom = np.hypot(*notches) ** 4 / sum(notch**4 / 2 for notch in notches)
    reach = scipy.stats.t.ppf(0.975, freedom) * np.hypot(*notches)
    assert found["high"] / found["estimate"] == pytest.approx(np.exp(reach))


def test_exact_numbers_need_no_test(judged):
    files = {"a": {"summary.json": {"parameters": 300}}, "b": {"summary.json": {"parameters": 100}}}
    for least, outcome in ((3, "supported"), (3.001, "refuted")):
        options = {"quantity": "parameters", "of": "a", "over": "b", "at_least": least}
        found = judged("ratio", options, {"a": [0.5], "b": [0.5]}, files=files)
        assert (found["outcome"], found["p"], found["low"]) == (outcome, None, pytest.approx(3.0))


@pytest.mark.parametrize(
    ("accuracy", "scale", "outcome"),
    [
        (0.805, "full", "supported"),
        (0.7, "full", "refuted"),
        (0.826, "full", "undecided"),
        (0.805, "demo", "undecided"),
    ],
)
def test_measured_agrees_with_published(judged, accuracy, scale, outcome):
    stated = {"published": {"val_accuracy": 0.8}, "as_published": scale == "full"}
    options = {"experiment": "a", "quantity": "val_accuracy", "within": 3}
    found = judged("consistency", options, {"a": [accuracy]}, a=stated, scale=scale)
    assert (found["outcome"], found["values"]["comparable"]) == (outcome, scale == "full")
    assert found["values"]["rounding"] == 0.0005
    assert ("at scale demo is not comparable" in found["reason"]["en"]) is (scale == "demo")


@pytest.mark.parametrize(("stated", "outcome"), [(0.735, "supported"), (0.74, "supported"), (0.741, "refuted")])
def test_published_figures_agree_with_each_other_but_for_rounding(judged, stated, outcome):
    """Two classes of 0.7 and 0.77, each off by 0.005 at most, have a mean of 0.735, off by as much."""
    published = {"val_accuracy": stated, "per_class": {"cat": 0.7, "dog": 0.77}}
    options = {"experiment": "a", "quantity": "val_accuracy", "against": "classes"}
    found = judged("consistency", options, {"a": [0.5]}, a={"published": published})
    assert (found["outcome"], found["p"]) == (outcome, None)
    assert found["margin"] == pytest.approx(0.0055)


@pytest.mark.parametrize(("said", "outcome"), [(0.87, "supported"), (0.88, "refuted"), (0.8, "refuted")])
def test_a_published_figure_is_what_its_text_says_but_for_rounding(judged, said, outcome):
    """0.8744 rounds to 0.87; a text that gives 0.88 means 0.875 at least."""
    options = {"experiment": "a", "quantity": "val_accuracy", "against": said}
    found = judged("consistency", options, {"a": [0.5]}, a={"published": {"val_accuracy": 0.8744}})
    assert (found["outcome"], found["p"]) == (outcome, None)
    assert found["estimate"] == pytest.approx(0.8744 - said)
    assert found["margin"] == pytest.approx(0.00505 if said != 0.8 else 0.05005)
    assert "minus the one that the published text gives" in found["reason"]["en"]


def test_a_report_s_claims_are_adjusted_together(judged):
    weak = judged("difference", A_OVER_B, {"a": [0.7045], "b": [0.7]})
    strong = judged("difference", A_OVER_B, {"a": [0.8], "b": [0.7]})
    alone = adjusted({"weak": weak})["weak"]
    assert (alone["outcome"], alone["p_adjusted"]) == ("supported", weak["p"])
    others = {f"same {number}": weak for number in range(20)}
    together = adjusted({"weak": weak, "strong": strong, **others})
    assert together["weak"]["p_adjusted"] == pytest.approx(min(1, 21 * weak["p"]))
    assert (together["weak"]["outcome"], together["weak"]["favours"]) == ("undecided", "supported")
    assert together["strong"]["outcome"] == "supported"
    assert {key: together["weak"][key] for key in ("low", "high", "p")} == {
        key: weak[key] for key in ("low", "high", "p")
    }
    assert adjusted(together) == together


def test_runs_on_other_data_are_not_compared(judged):
    with pytest.raises(ResultsError, match="compares runs of one data set; found a on cifar10, b on imdb"):
        judged("difference", A_OVER_B, {"a": [0.8], "b": [0.7]}, b={"base": "imdb"})


def test_reasons_call_experiments_by_titles_and_values_by_names(judged):
    title = {"title": {"zh": "甲网络", "en": "Network A"}}
    found = judged(
        "ranking",
        {"quantity": "val_accuracy", "best": "a", "experiments": ["a", "b"]},
        {"a": [0.8], "b": [0.7]},
        a=title,
    )
    assert "Network A" in found["reason"]["en"]
    assert "甲网络" in found["reason"]["zh"]
    assert found["values"]["best"] == "a"


def test_other_precisions_are_said(judged):
    files = {"b": {"environment.json": {"precision": "bf16"}}}
    found = judged("difference", A_OVER_B, {"a": [0.8], "b": [0.7]}, files=files)
    assert found["reason"]["en"].endswith("Precisions differ: a fp32, b bf16.")


ABC = {"a": [0.8, 0.81], "b": [0.7, 0.72], "c": [0.75, 0.73]}
ACCURACY = {"quantity": "val_accuracy"}
SHORTFALL = {"quantity": "train_accuracy", "minus": "val_accuracy"}
A_B = {"experiments": ["a"], "than": "b"}
COUNTS = {name: {"summary.json": {"parameters": count}} for name, count in (("a", 300), ("b", 100))}
MACHINE = {"b": {"environment.json": {"device": "GPU", "precision": "bf16"}}}
HALF = {"quantity": "epochs_to(best)", "experiments": ["a", "c"], "than": "b", "share_of_best": 0.5}
FULL = {**A_B, "quantity": "accuracy_on(full)", "dataset": "tail"}
OWN = {"published": {"val_accuracy": 0.8}, "as_published": False}
CLASSES = {"published": {"val_accuracy": 0.74, "per_class": {"cat": 0.7, "dog": 0.77}}}
APPROVED: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "over a third": ("difference", {**ACCURACY, "experiments": ["a", "c"], "than": "b", "at_least": 1}, {}),
    "in loss": ("difference", {**A_B, "quantity": "val_loss", "at_least": 0.1}, {}),
    "to a level": ("difference", {**A_B, "quantity": "epochs_to(best)"}, {}),
    "to half a level": ("difference", HALF, {}),
    "to convergence": ("difference", {**A_B, "quantity": "convergence_epoch"}, {}),
    "of two quantities": ("difference", {**SHORTFALL, "experiments": ["a"]}, {}),
    "on full classes": ("difference", FULL, {"data": [("tail", LONGTAIL)]}),
    "pair by pair": ("equivalence", {**ACCURACY, "experiments": ["a", "b", "c"], "within": 3}, {}),
    "near a base": ("equivalence", {**ACCURACY, "experiments": ["b", "c"], "base": "a", "within": 20}, {}),
    "near another quantity": ("equivalence", {**SHORTFALL, "experiments": ["a", "b"], "within": 5}, {}),
    "the best": ("ranking", {**ACCURACY, "best": "a", "experiments": ["a", "b", "c"]}, {}),
    "the least loss": ("ranking", {"quantity": "val_loss", "best": "a", "experiments": ["a", "b", "c"]}, {}),
    "times as many": ("ratio", {"quantity": "parameters", "of": "a", "over": "b", "at_most": 2.5}, {"files": COUNTS}),
    "on other machines": ("ratio", {"of": "a", "over": "b", "at_least": 0.9}, {"files": MACHINE}),
    "as published": ("consistency", {**ACCURACY, "experiment": "a", "within": 0.1}, {"a": OWN, "scale": "demo"}),
    "at its best": ("consistency", {"quantity": "best_val_accuracy", "experiment": "a", "within": 9}, {}),
    "published twice": ("consistency", {**ACCURACY, "experiment": "a", "against": "classes"}, {"a": CLASSES}),
}


def test_claims_read_as_somebody_approved_them(judged, approved):
    """Numbers to five digits."""

    def short(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: short(one) for key, one in value.items()}
        return float(f"{value:.5g}") if isinstance(value, float) else value

    files = {name: short(judged(kind, options, ABC, **changes)) for name, (kind, options, changes) in APPROVED.items()}
    for one in files.values():
        del one["runs"]  # keys of this test's
    approved("claims/approved.yaml", yaml.safe_dump(files, sort_keys=False, allow_unicode=True, width=110))
