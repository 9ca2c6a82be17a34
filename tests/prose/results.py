"""Fabricated results of any report, told as a story, and the project's own verdicts on them.

A story says what each experiment reached. What it leaves out is filled in so that everything can be rendered: an
experiment without a curve learns nothing in particular, and each one differs a little from the next.
"""

from __future__ import annotations

import json
import tempfile
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from labreport.artifacts.graph import Graph
from labreport.claims.verdict import adjusted, file_of
from labreport.declarations.datasets import Dataset
from labreport.declarations.experiments import Experiment
from labreport.declarations.project import Project
from labreport.declarations.reports import Report
from labreport.loading import load_module
from labreport.metrics import metric_columns
from labreport.steps.items import located
from labreport.training.tasks import TASKS
from tests.prose.text import ROOT

Story = Mapping[str, Any]
CLASSES = {
    "cifar10": ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    "imdb": ["negative", "positive"],
}
QUICK = (40.0, 39.0, 41.0)  # median and quartiles of the packaged LSTM, milliseconds
SAMPLES, PAIRS = 23_450, 1_379  # that runs are judged on
SHORT, FULL = 90, 900  # training samples of a class that a long tail cut short, and of one that it left full


FOLDER = tempfile.TemporaryDirectory(prefix="labreport-prose-")


def rising(*finals: float, start: float = 0.3) -> list[list[float]]:
    """A validation curve per seed: `start`, two thirds of the way, then `final` four times (epochs 1 to 6)."""
    return [[start, start + (final - start) * 0.66, *[final] * 4] for final in finals]


def at_once(*finals: float) -> list[list[float]]:
    """A validation curve per seed that is at `final` from the first epoch."""
    return [[final] * 6 for final in finals]


@cache
def planned(scale: str) -> Graph:
    """The project's own plan at a scale."""
    return Graph(Project(ROOT, {"scale": scale}))


def report_of(report: str, scale: str = "full") -> Report:
    """A report as it is declared."""
    return planned(scale).project.report(report)


def fabricate(report: str, story: Story, scale: str, lang: str) -> dict[str, Any]:
    """Everything that the text of a report is made from, once for all texts; the spec of that text, as it is planned.

    Args:
        report: its name.
        story: by experiment `curves` (validation accuracy or correlation by epoch, one list per seed), `train` (the
            training accuracy it ends with; one number stands for all), `groups` (mean accuracy of the short and of the
            full classes, or a list of these by seed), `seconds` (of an epoch); `own`, `own_shared` (milliseconds of
            implementations of an LSTM layer).
        scale: its name.
        lang: zh or en.
    """
    folder, runs = _results(report, json.dumps(story), scale)
    return _made_of(planned(scale).text(report_of(report, scale), lang, "markdown", report).spec, folder, runs)


@cache
def _results(report: str, story_json: str, scale: str) -> tuple[Path, dict[str, list[dict[str, Any]]]]:
    """The folder with the files, and the runs of each experiment; no word of them is of a language."""
    story, graph, item = json.loads(story_json), planned(scale), report_of(report, scale)
    folder, runs = Path(tempfile.mkdtemp(dir=FOLDER.name)), {}
    for place, experiment in enumerate(item.experiments.values()):
        spec, runs[experiment.name] = graph.run(experiment, 0).spec, []
        curves = story.get("curves", {}).get(experiment.name) or rising(0.6 + 0.01 * place)
        for number, values in enumerate(curves):
            seed = 4 * number + 3
            path = folder / "runs" / experiment.name / str(seed)
            write_run(path, experiment, spec, values, story, place, number)
            runs[experiment.name].append({"seed": seed, "key": str(seed), "path": str(path)})
    for dataset in {one.dataset.name: one.dataset for one in item.experiments.values()}.values():
        write_dataset(folder / dataset.name, dataset)
    for name in item.measurements:
        write_costs(folder / name, story)
    made = _made_of(graph.text(item, item.langs[0], "markdown", report).spec, folder, runs)
    for figure in made["figures"].values():
        Path(f"{figure['path']}.txt").write_text("alternative text", encoding="utf-8")
    column = {"key": "k", "head": "h", "unit": None, "align": "left", "decimals": None}
    for table in made["tables"].values():
        content = {"columns": [column], "rows": [["cell"]], "bold": [], "notes": []}
        write_json(Path(f"{table['path']}.json"), content)
    claims = {}
    for name, claim in graph.claims(item).spec["items"].items():
        judged = _made_of(located(claim, ROOT), folder, runs)
        claims[name] = file_of(load_module(claim["target"], name), judged)
    for name, judged in adjusted(claims).items():
        write_json(Path(made["claims"][name]), judged)
    return folder, runs


def _made_of(spec: Mapping[str, Any], folder: Path, runs: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """A spec that names what was fabricated."""
    return {
        **spec,
        "experiments": {
            name: {**entry, "runs": runs[name] if entry["runs"] else []} for name, entry in spec["experiments"].items()
        },
        "data": {name: str(folder / name) for name in spec["data"]},
        "measurements": {name: str(folder / name) for name in spec["measurements"]},
        "figures": {
            name: {**entry, "path": str(folder / f"figure_{name}")} for name, entry in spec.get("figures", {}).items()
        },
        "tables": {name: {"path": str(folder / f"table_{name}")} for name in spec.get("tables", {})},
        "claims": {name: str(folder / f"claim_{name}.json") for name in spec.get("claims", {})},
    }


def outcomes_of(spec: Mapping[str, Any]) -> dict[str, str]:
    """What the claims of a spec came out as, by name."""
    files = {name: Path(path).read_text(encoding="utf-8") for name, path in spec["claims"].items()}
    return {name: str(json.loads(text)["outcome"]) for name, text in files.items()}


def write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def write_run(
    folder: Path,
    experiment: Experiment,
    spec: Mapping[str, Any],
    values: list[float],
    story: Story,
    place: int,
    number: int,
) -> None:
    """The files of a run that text and claims read; it is run `number` of the `place`th experiment of its report."""
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
    seen = {name.replace("train", "seen"): value for name, value in last.items() if name.startswith("train_")}
    summary = {
        **last, **seen, "experiment": experiment.name, "seed": int(folder.name), "key": folder.name, "epochs": epochs,
        "parameters": 21_000_000 - 180_000 * place, "train_samples": samples(experiment.dataset),
        "val_samples": SAMPLES, "test_samples": SAMPLES, "classes": classes, f"best_val_{metric}": best,
        "best_epoch": values.index(best) + 1, "val_loss_at_best": 0.7, "seconds": seconds * epochs,
    }  # fmt: skip
    environment = dict.fromkeys(("python", "torch", "git_commit", "git_dirty", "started", "finished"), "")
    write_json(folder / "summary.json", summary)
    write_json(folder / "spec.json", spec)
    write_json(folder / "environment.json", {**environment, "device": "Test & CPU_1"})
    if classes:
        groups = story.get("groups", {}).get(experiment.name, (final, final))
        low, high = groups[number] if isinstance(groups[0], list) else groups
        halves = [low] * (len(classes) // 2) + [high] * (len(classes) - len(classes) // 2)
        table = pd.DataFrame({"class": classes, "samples": SAMPLES // 10, "accuracy": halves})
        table.assign(correct=(table["samples"] * table["accuracy"]).round()).to_csv(
            folder / "per_class.csv", index=False
        )
        accuracies = dict(enumerate(halves)) if groups != (final, final) else dict.fromkeys(range(len(classes)), final)
    write_predictions(folder, accuracies if classes else {}, final)


def write_predictions(folder: Path, accuracies: Mapping[int, float], correlation: float) -> None:
    """Answers of which just so many are right, or scores with just such a correlation; no two runs err alike."""
    rng = np.random.default_rng(zlib.crc32(f"{folder.parent.name} {folder.name}".encode()))
    if accuracies:
        true = np.repeat(np.arange(len(accuracies)), SAMPLES // len(accuracies)).astype(np.uint8)
        predicted = true.copy()
        for label, accuracy in accuracies.items():
            place = np.flatnonzero(true == label)
            wrong = rng.permutation(place)[round(accuracy * len(place)) :]
            predicted[wrong] = (label + 1) % len(accuracies)
        np.savez(folder / "predictions.npz", true=true, predicted=predicted)
        return
    true, noise = np.random.default_rng(0).normal(size=PAIRS), rng.normal(size=PAIRS)
    noise -= true * (noise @ true) / (true @ true)
    true, noise = ((values - values.mean()) / values.std() for values in (true, noise))
    np.savez(folder / "predictions.npz", true=true, predicted=correlation * true + np.sqrt(1 - correlation**2) * noise)


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
    told = {"own": (160.0, 155.0, 165.0), "own_shared": (120.0, 117.0, 123.0), **story}
    times = {"packaged": QUICK, "own": told["own"], "own_shared": told["own_shared"]}
    columns = ["milliseconds", "milliseconds_low", "milliseconds_high"]
    frame = pd.DataFrame.from_dict(times, orient="index", columns=columns).rename_axis("implementation").reset_index()
    calls = [9 if name == "packaged" else 10_795 for name in times]
    per_step = [count / 300 for count in calls]
    folder.mkdir()
    frame.assign(
        operations=calls, operations_per_step=per_step, matrix_products=1_234, batch_size=64, length=300, repeats=20
    ).to_csv(folder / "measurement.csv", index=False)
