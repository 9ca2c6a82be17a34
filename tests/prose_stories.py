"""Fabricated results of practice1, told as stories, and the claims' verdicts on them."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pandas as pd

from labreport import declarations
from labreport.declarations import project
from labreport.results import Results

ROOT = Path(declarations.__file__).parents[3]
SUPPORTED, REFUTED, UNDECIDED = "supported", "refuted", "undecided"
CLAIMS = ("images_close", "own_matches", "residual_faster", "texts_close", "depth_needs_residual", "own_lstm_slow")


def rising(*finals: float, start: float = 0.3) -> list[list[float]]:
    """A validation curve per seed: `start`, two thirds of the way, then `final` twice (epochs 1 to 4)."""
    return [[start, start + (final - start) * 0.66, final, final] for final in finals]


def at_once(*finals: float) -> list[list[float]]:
    """A validation curve per seed that is at `final` from the first epoch."""
    return [[final] * 4 for final in finals]


TEXTS = {name: rising(0.87) for name in ("bilstm2", "lstm4", "res_lstm8", "my_lstm1")}
QUICK = (40.0, 39.0, 41.0)  # median and quartiles, milliseconds
STORIES: dict[str, dict[str, Any]] = {
    "as_published": {
        "curves": {"mycnn": rising(0.844), "resnet34": at_once(0.846), "myresnet34": at_once(0.846)}
        | TEXTS
        | {"lstm8": at_once(0.5)},
        "own": (160.0, 155.0, 165.0),
        "own_shared": (130.0, 128.0, 133.0),
        "outcomes": [SUPPORTED] * 6,
    },
    "plain_ends_lower": {
        "curves": {"mycnn": rising(0.6), "resnet34": at_once(0.845), "myresnet34": at_once(0.85)}
        | TEXTS
        | {"lstm4": at_once(0.5), "lstm8": at_once(0.52)},
        "own": (160.0, 155.0, 165.0),
        "own_shared": (60.0, 58.0, 62.0),
        "outcomes": [REFUTED, SUPPORTED, SUPPORTED, REFUTED, SUPPORTED, SUPPORTED],
    },
    "chance_is_larger": {
        "curves": {"mycnn": rising(0.32, start=0.1), "resnet34": at_once(0.77), "myresnet34": at_once(0.44)}
        | TEXTS
        | {"lstm8": at_once(0.5)},
        "own": (44.0, 43.0, 45.0),
        "own_shared": (41.0, 40.0, 42.0),
        "outcomes": [REFUTED, REFUTED, SUPPORTED, SUPPORTED, SUPPORTED, REFUTED],
    },
    "other_way_round": {
        "curves": {"mycnn": at_once(0.85), "resnet34": at_once(0.8), "myresnet34": rising(0.7)}
        | TEXTS
        | {"lstm8": rising(0.9), "my_lstm1": rising(0.7)},
        "own": (44.0, 43.0, 45.0),
        "own_shared": (48.0, 47.0, 49.0),
        "outcomes": [REFUTED, REFUTED, REFUTED, REFUTED, REFUTED, REFUTED],
    },
    "nothing_learned": {
        "curves": {"mycnn": at_once(0.1), "resnet34": at_once(0.1), "myresnet34": at_once(0.1)}
        | {name: at_once(0.5) for name in (*TEXTS, "lstm8")},
        "own": (44.0, 43.0, 45.0),
        "outcomes": [SUPPORTED, SUPPORTED, UNDECIDED, SUPPORTED, REFUTED, REFUTED],
    },
    "seeds_disagree": {
        "curves": {
            "mycnn": [*rising(0.84), *at_once(0.80)],
            "resnet34": rising(0.80, 0.86),
            "myresnet34": [*at_once(0.85), *rising(0.86)],
            "bilstm2": rising(0.80, 0.86),
            "lstm4": rising(0.84, 0.88),
            "lstm8": at_once(0.5, 0.8),
            "res_lstm8": rising(0.86, 0.88),
            "my_lstm1": rising(0.85, 0.87),
        },
        "own": (62.0, 50.0, 75.0),
        "own_shared": (50.0, 45.0, 60.0),
        "outcomes": [UNDECIDED] * 6,
    },
    "some_seeds_never_get_there": {  # the seeds reach the level only together
        "curves": {"mycnn": rising(0.6, 0.9), "resnet34": rising(0.7, 0.9), "myresnet34": rising(0.5, 0.9)}
        | {name: rising(0.87, 0.87) for name in TEXTS}
        | {"lstm8": at_once(0.5, 0.5)},
        "own": (160.0, 155.0, 165.0),
        "own_shared": (158.0, 150.0, 170.0),
        "outcomes": [UNDECIDED, UNDECIDED, UNDECIDED, SUPPORTED, SUPPORTED, SUPPORTED],
    },
}


def write_run(
    folder: Path, experiment: project.Experiment, values: list[float], classes: list[str], train: float | None
) -> None:
    """The files of a run that text and claims read; training accuracy ends at `train`, or a point above validation."""
    folder.mkdir(parents=True)
    epochs, final, best = len(values), values[-1], max(values)
    trained = final + 0.01 if train is None else train
    losses = {"train_loss": 0.6931, "val_loss": 0.7, "learning_rate": 0.001, "seconds": 2.0, "samples_per_second": 50.0}
    metrics = pd.DataFrame({"epoch": range(1, epochs + 1), "val_accuracy": values, **losses})
    metrics.assign(train_accuracy=trained).to_csv(folder / "metrics.csv", index=False)
    summary = {
        "experiment": experiment.name, "seed": int(folder.name), "key": folder.name, "epochs": epochs,
        "parameters": 21_000_000 - 180_000 * (experiment.name == "mycnn"), "train_samples": 12_345,
        "val_samples": 23_450, "classes": classes, "train_loss": 0.6931, "train_accuracy": trained,
        "val_loss": 0.7, "val_accuracy": final, "best_val_accuracy": best, "best_epoch": values.index(best) + 1,
        "seconds": 2.0 * epochs, "samples_per_second": 50.0,
    }  # fmt: skip
    settings = experiment.settings
    model = {"target": experiment.target, "parameters": settings.model.parameters}
    training = {**settings.model_dump(include={"batch_size", "learning_rate"}), "optimizer": {"name": "Adam"}}
    environment = dict.fromkeys(("python", "torch", "git_commit", "git_dirty", "started", "finished"), "")
    documents = {
        "summary": summary,
        "spec": {"model": model, "data": {}, "training": training},
        "environment": {**environment, "device": "Test & CPU_1"},
    }
    for name, value in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")


def fabricate(folder: Path, story: dict[str, Any], scale: str, lang: str) -> dict[str, Any]:
    """Everything that the text of practice1 is made from, and the spec that names it."""
    declared = project.load(ROOT, {"scale": scale})
    report = declared.reports["practice1"]
    classes = {"cifar10": [f"class {i}" for i in range(10)], "imdb": ["negative", "positive"]}
    experiments: dict[str, Any] = {}
    for name in report.experiments:
        experiment, runs = declared.experiments[name], []
        for seed, values in enumerate(story["curves"][name]):
            path = folder / "runs" / name / str(seed)
            write_run(path, experiment, values, classes[experiment.dataset], story.get("train"))
            runs.append({"seed": seed, "key": str(seed), "path": str(path)})
        published = experiment.published.model_dump(exclude_none=True, exclude={"curve"})
        experiments[name] = {
            "part": experiment.part, "dataset": experiment.dataset, "published": published, "runs": runs
        }  # fmt: skip
    for dataset, names in classes.items():
        counts = {"classes": names, "train_counts": [9] * len(names), "test_counts": [5] * len(names)}
        sizes = {"dataset": dataset, "vocabulary": 777, "length": 55} if dataset == "imdb" else {"dataset": dataset}
        (folder / dataset).mkdir()
        (folder / dataset / "dataset.json").write_text(json.dumps({**counts, **sizes}), encoding="utf-8")
    times = {"packaged": QUICK} | {name: story[name] for name in ("own", "own_shared") if name in story}
    columns = ["milliseconds", "milliseconds_low", "milliseconds_high"]
    frame = pd.DataFrame.from_dict(times, orient="index", columns=columns).rename_axis("implementation").reset_index()
    (folder / "lstm_cost").mkdir()
    calls = [9 if name == "packaged" else 10_795 for name in times]
    frame.assign(
        operations=calls,
        operations_per_step=[count / 300 for count in calls],
        matrix_products=1_234,
        batch_size=64,
        length=300,
    ).to_csv(folder / "lstm_cost" / "measurement.csv", index=False)
    spec = {
        "name": "text", "report": "practice1", "lang": lang, "scale": scale, "experiments": experiments,
        "source": declared.scale.source,
        "data": {name: str(folder / name) for name in classes},
        "measurements": {"lstm_cost": str(folder / "lstm_cost")},
        "declaration": {"title": "T", "subtitle": "", "authors": ["A"], "affiliation": "", "course": ""},
    }  # fmt: skip
    figures = {name: {"path": str(folder / name), "width": item.options.get("width", "full")}
               for name, item in report.figures.items()}  # fmt: skip
    tables = {name: {"path": str(folder / name)} for name in report.tables}
    for name in figures:
        (folder / f"{name}.txt").write_text("alternative text", encoding="utf-8")
    column = {"key": "k", "head": "h", "unit": None, "align": "left", "decimals": None}
    for name in tables:
        table = {"columns": [column], "rows": [["cell"]], "bold": [], "notes": []}
        (folder / f"{name}.json").write_text(json.dumps(table), encoding="utf-8")
    claims = {}
    for name, item in report.claims.items():
        verdict = importlib.import_module(item.kind.target).judge(Results({**spec, "name": name}), item.options)
        claims[name] = str(folder / f"claim_{name}.json")
        content = {"outcome": verdict.outcome, "reason": dict(verdict.reason), "values": dict(verdict.values)}
        Path(claims[name]).write_text(json.dumps(content), encoding="utf-8")
    return {**spec, "figures": figures, "tables": tables, "claims": claims}
