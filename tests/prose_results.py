"""Fabricated results of any report, told as a story, and the project's own verdicts on them.

A story says what each experiment reached. What it leaves out is filled in so that everything can be rendered: an
experiment without a curve learns nothing in particular, and each one differs a little from the next.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from labreport.declarations import project
from labreport.declarations.datasets import Dataset
from labreport.metrics import metric_columns
from labreport.results import Results
from labreport.training.tasks import TASKS
from tests.prose_text import ROOT

Story = Mapping[str, Any]
CLASSES = {
    "cifar10": ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    "imdb": ["negative", "positive"],
}
QUICK = (40.0, 39.0, 41.0)  # median and quartiles of the packaged LSTM, milliseconds
SHORT, FULL = 90, 900  # training samples of a class that a long tail cut short, and of one that it left full


def rising(*finals: float, start: float = 0.3) -> list[list[float]]:
    """A validation curve per seed: `start`, two thirds of the way, then `final` twice (epochs 1 to 4)."""
    return [[start, start + (final - start) * 0.66, final, final] for final in finals]


def at_once(*finals: float) -> list[list[float]]:
    """A validation curve per seed that is at `final` from the first epoch."""
    return [[final] * 4 for final in finals]


@cache
def declared(scale: str) -> project.Declarations:
    """The project's declarations."""
    return project.load(ROOT, {"scale": scale})


def fabricate(folder: Path, report: str, story: Story, scale: str, lang: str) -> dict[str, Any]:
    """Everything that the text of a report is made from; the spec that names it.

    Args:
        folder: a new one.
        report: its name.
        story: by experiment `curves` (validation accuracy or correlation by epoch, one list per seed), `train` (the
            training accuracy it ends with; one number stands for all), `groups` (mean accuracy of the short and of the
            full classes, or a list of these by seed), `seconds` (of an epoch); `own`, `own_shared` (milliseconds of
            implementations of an LSTM layer).
        scale: its name.
        lang: zh or en.
    """
    known = declared(scale)
    item = known.reports[report]
    experiments: dict[str, Any] = {}
    for place, name in enumerate(item.experiments):
        experiment, runs = known.experiments[name], []
        curves = story.get("curves", {}).get(name) or rising(0.6 + 0.01 * place)
        for seed, values in enumerate(curves):
            path = folder / "runs" / name / str(seed)
            write_run(path, experiment, values, story, place)
            runs.append({"seed": seed, "key": str(seed), "path": str(path), "outcome": f"{path}.json"})
        experiments[name] = {
            "part": experiment.part, "dataset": experiment.dataset.name, "base": experiment.dataset.root,
            "settings": experiment.settings.model_dump(),
            "published": experiment.published.model_dump(exclude_none=True, exclude={"curve"}), "runs": runs,
            "as_published": experiment.as_published,
        }  # fmt: skip
    datasets = {known.experiments[name].dataset.name: known.experiments[name].dataset for name in item.experiments}
    for dataset in datasets.values():
        write_dataset(folder / dataset.name, dataset)
    for name in item.measurements:
        write_costs(folder / name, story)
    spec = {
        "name": "text", "report": report, "lang": lang, "scale": scale, "source": known.scale.source,
        "pictures": report, "experiments": experiments, "order": list(experiments),
        "data": {name: str(folder / name) for name in datasets},
        "measurements": {name: str(folder / name) for name in item.measurements},
        "declaration": {"title": "T", "subtitle": "", "authors": ["A"], "affiliation": "", "course": ""},
    }  # fmt: skip
    figures = {name: {"path": str(folder / name), "width": figure.options.get("width", "full")}
               for name, figure in item.figures.items()}  # fmt: skip
    for name in figures:
        (folder / f"{name}.txt").write_text("alternative text", encoding="utf-8")
    column = {"key": "k", "head": "h", "unit": None, "align": "left", "decimals": None}
    for name in item.tables:
        write_json(folder / f"{name}.json", {"columns": [column], "rows": [["cell"]], "bold": [], "notes": []})
    claims = {}
    for name, claim in item.claims.items():
        verdict = importlib.import_module(claim.kind.target).judge(Results({**spec, "name": name}), claim.options)
        claims[name] = str(folder / f"claim_{name}.json")
        content = {"outcome": verdict.outcome, "reason": dict(verdict.reason), "values": dict(verdict.values)}
        write_json(Path(claims[name]), content)
    tables = {name: {"path": str(folder / name)} for name in item.tables}
    return {**spec, "figures": figures, "tables": tables, "claims": claims}


def outcomes_of(spec: Mapping[str, Any]) -> dict[str, str]:
    """What the claims of a spec came out as, by name."""
    files = {name: Path(path).read_text(encoding="utf-8") for name, path in spec["claims"].items()}
    return {name: str(json.loads(text)["outcome"]) for name, text in files.items()}


def write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def write_run(folder: Path, experiment: project.Experiment, values: list[float], story: Story, place: int) -> None:
    """The files of a run that text and claims read; it is the `place`th experiment of its report."""
    folder.mkdir(parents=True)
    metric = TASKS[experiment.task].metrics[0]
    epochs, final, best = len(values), values[-1], max(values)
    told = story.get("train")
    trained = told.get(experiment.name) if isinstance(told, Mapping) else told
    trained = final + 0.01 if trained is None else trained
    seconds = story.get("seconds", {}).get(experiment.name, 2.0)
    losses = {column: 0.6931 if column.startswith("train") else 0.7 for column in metric_columns(experiment.task)}
    frame = pd.DataFrame({"epoch": range(1, epochs + 1)}).assign(**losses, learning_rate=0.001, samples_per_second=50.0)
    frame = frame.assign(seconds=seconds, **{f"train_{metric}": trained})
    for column in (name for name in losses if name.startswith(("val", "test")) and not name.endswith("loss")):
        frame[column] = values
    frame.to_csv(folder / "metrics.csv", index=False)
    last = frame.iloc[-1].drop(["epoch", "seconds", "learning_rate"]).to_dict()
    classes = CLASSES.get(experiment.dataset.root, [])
    summary = {
        **last, "experiment": experiment.name, "seed": int(folder.name), "key": folder.name, "epochs": epochs,
        "parameters": 21_000_000 - 180_000 * place, "train_samples": samples(experiment.dataset),
        "val_samples": 23_450, "test_samples": 23_450, "classes": classes, f"best_val_{metric}": best,
        "best_epoch": values.index(best) + 1, "val_loss_at_best": 0.7, "seconds": seconds * epochs,
    }  # fmt: skip
    settings = experiment.settings
    methods = settings.model_dump(include={"batch_size", "learning_rate", "optimizer", "loss", "schedule"})
    task = {"name": experiment.task, "target": TASKS[experiment.task].target}
    model = {"target": experiment.target, "parameters": settings.model.parameters}
    environment = dict.fromkeys(("python", "torch", "git_commit", "git_dirty", "started", "finished"), "")
    write_json(folder / "summary.json", summary)
    write_json(folder / "spec.json", {"model": model, "data": {}, "training": methods, "task": task})
    write_json(folder / "environment.json", {**environment, "device": "Test & CPU_1"})
    if classes:
        groups = story.get("groups", {}).get(experiment.name, (final, final))
        low, high = groups[int(folder.name)] if isinstance(groups, list) else groups
        halves = [low] * (len(classes) // 2) + [high] * (len(classes) - len(classes) // 2)
        table = pd.DataFrame({"class": classes, "samples": 2_345, "accuracy": halves})
        table.assign(correct=(table["samples"] * table["accuracy"]).round()).to_csv(
            folder / "per_class.csv", index=False
        )


def samples(dataset: Dataset) -> int:
    """Training samples: fewer in a long tail, and none missing where it was filled up."""
    return sum(counts(dataset)) or 5_432


def counts(dataset: Dataset) -> list[int]:
    """Training samples of each class."""
    classes = CLASSES.get(dataset.root, [])
    last = dataset.changes[-1] if dataset.changes else {}
    cut = last["classes"] if last.get("name") == "longtail" else []
    return [SHORT if index in cut else FULL for index in range(len(classes))]


def write_dataset(folder: Path, dataset: Dataset) -> None:
    """`dataset.json` as the step that prepares data writes it."""
    classes, lengths = CLASSES.get(dataset.root, []), {"vocabulary": 777, "length": 55}
    found = {"dataset": dataset.name, "classes": classes, "spec": {"variants": list(dataset.changes)}}
    found |= {"train_samples": samples(dataset), "test_samples": 5 * len(classes) or 432}
    if classes:
        found |= {"train_counts": counts(dataset), "test_counts": [5] * len(classes)}
    else:
        unknown = {split: {"tokens": 1000, "unknown": 70} for split in ("train", "dev", "test")}
        found |= {"dev_samples": 543, "unknown": unknown}
    folder.mkdir()
    write_json(folder / "dataset.json", found | (lengths if dataset.inputs != "images" else {}))


def write_costs(folder: Path, story: Story) -> None:
    """The measurement of an LSTM layer's cost."""
    times = {"packaged": QUICK, "own": (160.0, 155.0, 165.0)} | {
        name: story[name] for name in ("own", "own_shared") if name in story
    }
    columns = ["milliseconds", "milliseconds_low", "milliseconds_high"]
    frame = pd.DataFrame.from_dict(times, orient="index", columns=columns).rename_axis("implementation").reset_index()
    calls = [9 if name == "packaged" else 10_795 for name in times]
    per_step = [count / 300 for count in calls]
    folder.mkdir()
    frame.assign(
        operations=calls, operations_per_step=per_step, matrix_products=1_234, batch_size=64, length=300
    ).to_csv(folder / "measurement.csv", index=False)
