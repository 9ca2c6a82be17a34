"""Every kind of table, from fabricated runs."""

from __future__ import annotations

import importlib
import json
import shutil
from itertools import product

import numpy as np
import pandas as pd
import pytest

from labreport.documents.gfm import pipe_table
from labreport.documents.presentation import load
from labreport.loading import load_module
from labreport.results import Results
from labreport.sampling import sampling_error
from labreport.tables import epoch_log, lstm_cost, per_class, runs
from labreport.tables import results as results_table
from labreport.tables.registry import KINDS
from labreport.tables.table import Column, Table, decimals_for, files_of
from tests.conftest import CIFAR10
from tests.fabricated import LONGTAIL, add_images, add_sentences, add_words

IMAGES = {
    "mycnn": {"epochs": 8, "best": 0.7},
    "resnet34": {"epochs": 6, "best": 0.8},
    "myresnet34": {"epochs": 6, "best": 0.75},
}
TAIL = "cifar10_longtail"
PLAIN = "labreport.models.resnet:Plain34"


def options(kind):
    """Options as a step gets them: the model by its target."""
    names = list(IMAGES)[:1] if KINDS[kind].single else list(IMAGES)
    given = {"experiments": names, "measurement": "lstm_cost", "image": 32, "classes": 10, "metric": "accuracy"}
    given |= {"dataset": "stsb" if kind == "pair_counts" else TAIL, "datasets": ["cifar10", TAIL]}
    chosen = {key: given[key] for key in KINDS[kind].fields if key in given}
    return chosen | ({"target": PLAIN, "parameters": {"width": 4}} if kind == "layers" else {})


@pytest.fixture
def results(report_spec, cost_folder, tmp_path):
    def make(kind="results", experiments=IMAGES, **more):
        spec = report_spec(KINDS[kind].target, options(kind), experiments, **more)
        spec["measurements"] = {"lstm_cost": str(cost_folder)}
        for entry in spec["experiments"].values():
            entry["published"]["per_class"] = {name: 0.5 + 0.01 * place for place, name in enumerate(CIFAR10)}
        add_images(spec, tmp_path, "cifar10", list(CIFAR10))
        add_images(spec, tmp_path, TAIL, list(CIFAR10), LONGTAIL)
        add_sentences(spec, tmp_path)
        if kind == "mistakes":
            add_words(spec, tmp_path, next(iter(experiments)))
        return Results(spec)

    return make


def shown(table):
    """Column keys and rows of the presentation."""
    value = json.loads(table.to_json())
    return [column["key"] for column in value["columns"]], value["rows"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("seeds", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_a_whole_table(kind, seeds, lang, results):
    table = importlib.import_module(KINDS[kind].target).build(results(kind, seeds=seeds), options(kind), lang)
    value = json.loads(table.to_json())
    assert len(value["rows"]) == len(table.frame) > 0
    assert all(len(row) == len(value["columns"]) for row in value["rows"])
    assert all(row < len(value["rows"]) and column < len(value["columns"]) for row, column in value["bold"])
    assert all(column["head"] for column in value["columns"])
    assert table.to_csv().count("\n") == len(table.frame) + 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tables_look_as_somebody_approved_them(lang, results, approved, tmp_path):
    """Heads, cells, digits, bold, notes, of one seed and, where that makes a difference, of three."""
    parts: dict[str, str] = {}
    for kind, seeds in product(KINDS, (1, 3)):
        build = importlib.import_module(KINDS[kind].target).build
        for made in ("runs", "data"):
            shutil.rmtree(tmp_path / "results" / made, ignore_errors=True)
        path = tmp_path / "table.json"
        path.write_text(build(results(kind, seeds=seeds), options(kind), lang).to_json(), encoding="utf-8")
        shown = load(path)
        text = "\n\n".join([pipe_table(shown), *shown.notes])
        if text != parts.get(f"## `{kind}`"):
            parts[f"## `{kind}`" + ", three seeds" * (seeds > 1)] = text
    approved(f"tables/approved/{lang}.md", "".join(f"{title}\n\n{text}\n\n" for title, text in parts.items()))


@pytest.mark.parametrize("seeds", [1, 3])
def test_results_are_mean_and_std_over_seeds(seeds, results):
    made = results(seeds=seeds)
    table = results_table.build(made, options("results"), "en")
    columns = {column["key"]: column for column in json.loads(table.to_json())["columns"]}
    stds = []
    for place, name in enumerate(IMAGES):
        row = table.frame.iloc[place]
        runs = [json.loads((run.path / "summary.json").read_text()) for run in made.runs(name)]
        mean = np.mean([run["val_accuracy"] for run in runs])
        expected = {
            "experiment": name,
            "parameters": runs[0]["parameters"],
            "epochs": IMAGES[name]["epochs"],
            "seeds": seeds,
            "val_accuracy_error": pytest.approx(sampling_error(mean, 1050)),
            "seconds_error": 0.0,
            "published_accuracy": 0.8442,
            "difference": pytest.approx(mean - 0.8442),
            "published_seconds": 868.96,
        }
        for key in ("val_accuracy", "seconds"):
            values = [run[key] for run in runs]
            expected[key] = pytest.approx(np.mean(values))
            expected[f"{key}_std"] = pytest.approx(np.std(values, ddof=1) if seeds > 1 else np.nan, nan_ok=True)
        assert row.to_dict() == expected
        stds.append(100 * (row["val_accuracy_std"] if seeds > 1 else row["val_accuracy_error"]))
    decimals = decimals_for(stds)
    assert seeds > 1 or decimals != decimals_for([100 * sampling_error(0.7, 50_000)]), "the training set tells none"
    assert {columns[key]["decimals"] for key in ("val_accuracy", "published_accuracy", "difference")} == {decimals}
    keys, rows = shown(table)
    cell = rows[1][keys.index("val_accuracy")]
    assert str(cell).startswith(f"{100 * table.frame['val_accuracy'][1]:.{decimals}f}")
    assert (" ± " in str(cell), "Mean ± standard deviation over 3 seeds." in table.notes) == (seeds > 1,) * 2


def test_the_best_result_is_bold(results):
    table = results_table.build(results(), options("results"), "en")
    best = table.frame["val_accuracy"].idxmax()
    keys, _ = shown(table)
    assert table.bold == {(best, keys.index("val_accuracy"))}


@pytest.mark.parametrize(("lang", "said"), [("en", "mycnn: 2 of 3 seeds."), ("zh", "mycnn：3 个种子中的 2 个。")])
@pytest.mark.parametrize("kind", ["results", "ablation", "group_accuracy", "per_class", "runs", "epoch_log"])
def test_a_run_that_was_left_out_is_told(kind, lang, said, results):
    build, made = importlib.import_module(KINDS[kind].target).build, results(kind, seeds=2)
    assert said not in build(made, options(kind), lang).notes
    made.spec["experiments"]["mycnn"]["failures"] = {"9": "the loss is nan"}
    assert said in build(made, options(kind), lang).notes


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if "experiments" in kind.fields])
def test_experiments_go_by_their_titles(kind, lang, results):
    titles = {"zh": "小网络（甲）", "en": "Small net, first"}
    experiments = {
        name: {**settings, "title": titles} if name == "mycnn" else settings for name, settings in IMAGES.items()
    }
    files = files_of(load_module(KINDS[kind].target, kind), results(kind, experiments, lang=lang).spec)
    assert kind in ("epoch_log", "mistakes") or all(titles[lang] in text for text in files.values())
    assert "mycnn" not in "".join(files.values())


@pytest.mark.parametrize("scale", ["demo", "lite", "full", "mine"])
def test_only_full_scale_is_compared_with_what_was_published(scale, results):
    table = results_table.build(results(scale=scale), options("results"), "en")
    keys, rows = shown(table)
    assert all(row[keys.index("published_accuracy")] == 84.4 for row in rows)
    said = any(scale in line and "not comparable" in line for line in table.notes)
    assert ("difference" in keys, said) == ((True, False) if scale == "full" else (False, True))


def test_halves_are_shown_as_readers_round_them():
    frame = pd.DataFrame({"a": [0.8225, 0.8235], "s": [0.0025, float("nan")]})
    table = Table(frame, [Column("a", "a", decimals=1, factor=100, spread="s")])
    assert json.loads(table.to_json())["rows"] == [["82.3 ± 0.3"], [82.4]]


def test_an_experiment_without_published_values_has_empty_cells(results):
    made = results()
    made.spec["experiments"]["mycnn"]["published"] = {}
    keys, rows = shown(results_table.build(made, options("results"), "en"))
    for key in ("published_accuracy", "difference", "published_seconds"):
        assert rows[0][keys.index(key)] is None
        assert rows[1][keys.index(key)] is not None


@pytest.mark.parametrize(
    ("parameters", "unit", "printed"),
    [(160, None, "160"), (9_999, None, "9,999"), (10_000, "k", 10.0), (61_706, "k", 61.7), (21_280_000, "M", 21.28)],
)
def test_parameters_are_counted_in_a_unit_that_leaves_digits(results, parameters, unit, printed):
    made = results()
    for run in made.runs("mycnn"):
        summary = json.loads((run.path / "summary.json").read_text()) | {"parameters": parameters}
        (run.path / "summary.json").write_text(json.dumps(summary))
    table = results_table.build(made, {"experiments": ["mycnn"]}, "en")
    value = json.loads(table.to_json())
    assert value["columns"][1]["unit"] == unit
    assert value["rows"][0][1] == printed


@pytest.mark.parametrize(("samples", "decimals"), [(50, 1), (1000, 1), (12_500, 3)])
def test_per_class_shows_no_digit_that_no_sample_can_change(results, samples, decimals):
    made = results("per_class")
    for run in made.runs("mycnn"):
        counts = pd.read_csv(run.path / "per_class.csv").assign(samples=samples)
        counts["correct"] = [samples - place for place in range(len(counts))]
        counts.to_csv(run.path / "per_class.csv", index=False)
    table = per_class.build(Results(made.spec), {"experiments": ["mycnn"]}, "en")
    assert [column.decimals for column in table.columns] == [None, decimals]


def test_per_class_is_correct_over_samples_and_ends_with_all(results):
    made = results("per_class", seeds=2)
    table = per_class.build(made, options("per_class"), "zh")
    frame = table.frame.set_index("class")
    for name in IMAGES:
        raw = made.per_class(name)
        cats = raw[raw["class"] == "cat"]
        assert frame.loc["cat", name] == pytest.approx(cats["correct"].sum() / cats["samples"].sum())
        assert frame.loc["all", name] == pytest.approx(made.summary(name)["val_accuracy"].mean())
    assert frame.loc["all", "samples"] == 1050
    assert list(table.notes) == ["数值为 2 个种子的均值。"]
    for run in made.runs("mycnn"):
        pd.read_csv(run.path / "per_class.csv").assign(samples=200).to_csv(run.path / "per_class.csv", index=False)
    alike = per_class.build(Results(made.spec), {"experiments": ["mycnn"]}, "en")
    assert alike.notes[0] == "200 validation samples per class."
    _, rows = shown(table)
    assert [row[0] for row in rows] == [
        "飞机", "汽车", "鸟", "猫", "鹿", "狗", "蛙", "马", "船", "卡车", "全部"
    ]  # fmt: skip
    for row, cells in enumerate(rows):
        bold = {column for r, column in table.bold if r == row}
        assert bold == {column for column in range(1, 4) if cells[column] == max(cells[1:])}


def test_a_class_may_be_called_all(results):
    made = results("per_class")
    (run,) = made.runs("mycnn")
    counts = pd.read_csv(run.path / "per_class.csv").replace({"class": {"cat": "all"}})
    counts.to_csv(run.path / "per_class.csv", index=False)
    frame = per_class.build(Results(made.spec), {"experiments": ["mycnn"]}, "en").frame
    own, whole = frame[frame["class"] == "all"]["mycnn"]
    row = counts.set_index("class").loc["all"]
    assert own == pytest.approx(row["correct"] / row["samples"])
    assert whole == pytest.approx(counts["correct"].sum() / counts["samples"].sum())


def test_runs_name_key_commit_and_device(results):
    made = results(seeds=2)
    table = runs.build(made, {"experiments": made.experiments}, "en")
    keys, rows = shown(table)
    assert len(rows) == 6
    first = dict(zip(keys, rows[0], strict=True))
    assert made.runs("mycnn")[0].path.name.startswith(first["key"])
    assert len(first["key"]) == 8
    assert (first["commit"], rows[1][keys.index("commit")]) == ("0123456", "0123456+")
    assert [row[keys.index("seed")] for row in rows] == [3, 7] * 3
    assert "A + after a commit" in table.notes[0]
    assert not runs.build(results(experiments={"other": {}}), {"experiments": ["other"]}, "en").notes


def test_a_run_without_git_has_no_commit(results):
    made = results()
    path = made.runs("mycnn")[0].path / "environment.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"git_commit": None, "git_dirty": None}))
    keys, rows = shown(runs.build(made, {"experiments": ["mycnn"]}, "en"))
    assert rows[0][keys.index("commit")] is None


def test_epoch_log_is_every_epoch_and_marks_the_best(results):
    made = results(seeds=2)
    table = epoch_log.build(made, {"experiments": ["mycnn"]}, "en")
    keys, rows = shown(table)
    assert keys[0] == "seed"
    assert len(rows) == 16
    place = keys.index("val_accuracy")
    assert table.columns[place].decimals == 1  # 1.4 points of 1,050 samples
    for half in (range(8), range(8, 16)):
        best = max(rows[row][place] for row in half)
        assert {row for row in half if (row, place) in table.bold} == {row for row in half if rows[row][place] == best}
    table = epoch_log.build(results(experiments={"alone": {"best": 0.999}}), {"experiments": ["alone"]}, "en")
    keys, _ = shown(table)
    assert "seed" not in keys
    assert table.columns[keys.index("val_accuracy")].decimals == 1  # of the least sure epoch, not of the best one


@pytest.mark.parametrize(("epochs", "step"), [(50, 1), (51, 2), (200, 5)])
def test_of_many_epochs_one_in_so_many_is_shown_and_the_first_the_best_and_the_last(results, epochs, step):
    made = results(experiments={"mycnn": {}}, seeds=2)
    runs = made.runs("mycnn")
    for best, run in zip((7, 33), runs, strict=True):
        frame = pd.DataFrame([pd.read_csv(run.path / "metrics.csv").iloc[0]] * epochs)
        frame = frame.assign(epoch=range(1, epochs + 1), val_accuracy=[0.9 * (e == best) for e in range(1, epochs + 1)])
        frame.to_csv(run.path / "metrics.csv", index=False)
    table = epoch_log.build(made, {"experiments": ["mycnn"]}, "en")
    keys, rows = shown(table)
    for seed, best in zip(sorted({row[0] for row in rows}), (7, 33), strict=True):
        told = [row[keys.index("epoch")] for row in rows if row[0] == seed]
        assert told == sorted({1, *range(step, epochs + 1, step), best, epochs})
        (bold,) = [rows[row] for row, _ in table.bold if rows[row][0] == seed]
        assert bold[keys.index("epoch")] == best
    assert any(f"One epoch in {step} " in one for one in table.notes) is (step > 1)


def test_lstm_cost_is_relative_to_the_fastest(results):
    table = lstm_cost.build(results(), {"measurement": "lstm_cost"}, "en")
    keys, rows = shown(table)
    assert [row[keys.index("ratio")] for row in rows] == [round(163.5 / 41.25, 2), 1.0]
    assert rows[0][keys.index("quartiles")] == "160.0–171.0"
    assert rows[0][keys.index("total")] == "9,300"
    assert "Batch size 64, length 300" in table.notes[0]
    assert "inside a fused operator is not counted" in table.notes[0]
