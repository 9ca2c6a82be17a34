"""`labreport runs`: every finished run of the declared experiments, whether a report shows it or not, also in pairs."""

import argparse
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from labreport.artifacts.artifact import Artifact
from labreport.artifacts.graph import Graph
from labreport.documents.gfm import table_line
from labreport.documents.results_page import section_of, with_section
from labreport.documents.text import gfm
from labreport.errors import DeclarationError
from labreport.files import read_object, write_text
from labreport.result_files import over_attempts, read_table
from labreport.rounding import fixed, plain
from labreport.training.tasks import TASKS

TEXTS = ("Experiment", "First", "Second", "Key")  # columns of names
EPOCH_HEAD = ("Experiment", "Seed", "Training", "Published", "Validation", "Published", "Key")
ABOUT_EPOCH = """\
Loss / metric: of training, while the weights were changing, as the published logs count it, and of the validation
samples after the epoch; beside them the same epoch of the published curve, where there is one."""
PAIRS_HEAD = ("First", "Second", "Seeds", "First (%)", "Second (%)", "Second − first (points)", "95 % interval")
ABOUT_PAIRS = """\
Validation accuracy after the last epoch: means over the seeds that both have, and the mean of the differences seed by
seed with Student's interval; in brackets the precision that was computed in. A seed gives both the same first weights,
order and augmentation."""
HEAD = ("Experiment", "Seed", "Epochs", "Training", "Last", "Best", "in epoch", "Test", "Published", "Time (s)", "Key")
ABOUT = """\
`Training` is evaluated on the training samples after the last epoch; `Last` and `Best` on the validation samples;
`Test`, where there is a test split of its own, by the model of the best validation epoch. Where there is none, the
validation samples are the data set's test samples: `Best` is then chosen on what judges it, and too high by that.
Published are training and validation accuracy, or validation and test correlation. Runs that were trained side by side
shared their device: their times are no measure of its speed. A row whose run is not in the folder of results any more
stays as it was written."""
ALL = "All runs"
ORIGIN = re.compile(r"- (All runs|.* seed \d+): (.*)")


class Row(NamedTuple):
    """A run as a page has it.

    Attributes:
        unit: heading of its table.
        cells: of its row.
        title: its experiment and seed.
        origin: where, with what and when it was made.
    """

    unit: str
    cells: list[str]
    title: str
    origin: str


Found = tuple[Artifact, str, Any]  # a finished run, its metric, and what was published of its experiment


def runs(graph: Graph, options: argparse.Namespace) -> int:
    """Print a table per metric, of all or of one epoch, or write them into a page.

    Raises:
        DeclarationError: an unknown experiment, or no run, or none of so many epochs.
    """
    project = graph.project
    for name in options.names:
        project.experiment(name, "runs")
    if options.pairs:
        return _tell(options, "pairs", project.scale_name, _pairs_section(graph, options.names))
    chosen = options.names or sorted(project.trained_names())
    experiments = [project.experiment(name) for name in chosen]
    found = [
        (run, TASKS[one.task].metrics[0], one.published)
        for one in experiments
        for run in (graph.run(one, seed) for seed in project.seeds_of(one.name))
        if run.is_there(Path())
    ]
    if not found:
        raise DeclarationError(f"runs: none of {len(chosen)} experiments has a finished run at {project.scale_name}")
    if options.epoch is None:
        stood = section_of(_page(options), "runs", project.scale_name)
        earlier = _earlier(stood, {gfm(name): name for name in project.trained_names()})
        return _tell(options, "runs", project.scale_name, _section(project.scale_name, found, earlier))
    lines = _epoch_section(project.scale_name, options.epoch, found, options.names)
    return _tell(options, f"epoch-{options.epoch}", project.scale_name, lines)


def _tell(options: argparse.Namespace, section: str, scale: str, lines: Iterable[str]) -> int:
    text = "\n".join(lines) + "\n"
    if options.page is None:
        print(text, end="")
    else:
        write_text(options.page, with_section(_page(options), section, scale, text))
    return 0


def _page(options: argparse.Namespace) -> str:
    return options.page.read_text(encoding="utf-8") if options.page is not None and options.page.is_file() else ""


def _earlier(section: str, names: Mapping[str, str]) -> Iterator[Row]:
    """The rows that a section of finished runs has of some experiments, whose names are given as they stand there."""
    lines = section.splitlines()
    origins = {title: match[2] for match in map(ORIGIN.fullmatch, lines) if match for title in match[1].split(", ")}
    unit = ""
    for line in lines:
        if line.startswith("### "):
            unit = line.removeprefix("### ")
        elif (cells := line.strip("| ").split(" | "))[0] in names:
            title = f"{names[cells[0]]} seed {cells[1]}"
            yield Row(unit, cells, title, origins.get(title, origins.get(ALL, "")))


def _section(scale: str, found: Iterable[Found], earlier: Iterable[Row]) -> Iterator[str]:
    tables: dict[str, list[list[str]]] = {}
    origins: dict[str, list[str]] = {}
    for run, metric, published in found:
        folder = Path(run.folder)
        summary = read_object(folder / "summary.json")
        unit = "Accuracy (%)" if metric == "accuracy" else f"{metric.capitalize()} correlation"
        tables.setdefault(unit, []).append(_row(run, metric, summary, published))
        origins.setdefault(_origin(over_attempts(read_object(folder / "environment.json"))), []).append(run.title)
    here = {one for run, _, _ in found for one in (run.title, f"`{run.key}`")}
    for row in earlier:
        if not here & {row.title, row.cells[-1]}:  # neither its experiment nor, under another name, its run
            tables.setdefault(row.unit, []).append(row.cells)
            origins.setdefault(row.origin, []).append(row.title)
    yield from _tables(f"Finished runs at scale `{scale}`", tables, HEAD, ABOUT)
    everything = len(origins) == 1
    for origin, titles in origins.items():
        yield f"- {ALL if everything else ', '.join(sorted(titles))}: {origin}"
    yield f"- Command: `labreport runs --page docs/results.md --config scale={scale}`"


def _epoch_section(scale: str, epoch: int, found: Iterable[Found], names: Sequence[str]) -> Iterator[str]:
    tables: dict[str, list[list[str]]] = {}
    for run, metric, published in found:
        measured = _epoch(Path(run.folder) / "metrics.csv", epoch)
        if measured is None:
            continue
        said = _epoch(published.curve, epoch) if published.curve else None
        cells = [_pair(row, split, metric) for split in ("train", "val") for row in (measured, said)]
        tables.setdefault(metric.capitalize(), []).append([*_identity(run), *cells, f"`{run.key}`"])
    if not tables:
        raise DeclarationError(f"runs: no run at {scale} has an epoch {epoch}")
    yield from _tables(f"Epoch {epoch} of the finished runs at scale `{scale}`", tables, EPOCH_HEAD, ABOUT_EPOCH)
    command = " ".join(["labreport runs", *names, f"--epoch {epoch} --page docs/results.md --config scale={scale}"])
    yield f"- Command: `{command}`"


def _pairs_section(graph: Graph, names: Sequence[str]) -> Iterator[str]:
    """What the second of each two experiments changes against the first, seed by seed."""
    if len(names) < 2 or len(names) % 2:
        raise DeclarationError(f"runs --pairs: found {len(names)} experiments; allowed are pairs: FIRST SECOND ...")
    scale, seeds = graph.project.scale_name, ",".join(map(str, graph.project.config.seeds))
    rows = [_of_pair(graph, *pair) for pair in zip(names[::2], names[1::2], strict=True)]
    yield from _tables(f"Pairs of experiments at scale `{scale}`", {"Accuracy": rows}, PAIRS_HEAD, ABOUT_PAIRS)
    command = f"labreport runs {' '.join(names)} --pairs --page docs/results.md"
    yield f"- Command: `{command} --config scale={scale} seeds='[{seeds}]'`"


def _epoch(path: Path | str, epoch: int) -> pd.Series | None:
    rows = read_table(Path(path), ("epoch",))
    rows = rows[rows["epoch"] == epoch]
    return None if rows.empty else rows.iloc[0]


def _pair(row: pd.Series | None, split: str, metric: str) -> str:
    """`0.5089 / 0.7420`; empty where one of them is not told."""
    names = [f"{split}_loss", f"{split}_{metric}"]
    return "" if row is None or not {*names} <= {*row.index} else " / ".join(plain(row[name], 4) for name in names)


def _tables(title: str, tables: Mapping[str, list[list[str]]], head: Sequence[str], about: str) -> Iterator[str]:
    """A table under each heading, runs in alphabetical order, and what its columns are."""
    sides = [":---" if name in TEXTS else "---:" for name in head]
    yield f"## {title}"
    for heading, rows in tables.items():
        in_order = rows if head == PAIRS_HEAD else sorted(rows, key=lambda row: (row[0], int(row[1]), row))
        yield from ("", f"### {heading}", "", *map(table_line, (head, sides, *in_order)))
    yield from ("", about, "")


def _identity(run: Artifact) -> list[str]:
    name, _, seed = run.title.rpartition(" seed ")
    return [gfm(name), seed]


def _row(run: Artifact, metric: str, summary: Mapping[str, Any], published: Any) -> list[str]:
    def number(value: Any) -> str:
        if not isinstance(value, int | float):
            return ""
        return plain(100 * value, 2) if metric == "accuracy" else plain(value, 3)

    said = [number(getattr(published, f"{split}_{metric}", None)) for split in ("train", "val", "test")]
    said = said[:2] if metric == "accuracy" else said[1:]
    return [
        *_identity(run),
        str(summary.get("epochs", "")),
        *(number(summary.get(name)) for name in (f"seen_{metric}", f"val_{metric}", f"best_val_{metric}")),
        str(summary.get("best_epoch", "")),
        number(summary.get(f"test_{metric}")),
        " / ".join(one or "–" for one in said) if any(said) else "",
        fixed(summary["seconds"], 0) if isinstance(summary.get("seconds"), int | float) else "",
        f"`{run.key}`",
    ]


def _origin(environment: Mapping[str, Any]) -> str:
    commit = str(environment.get("git_commit") or "no repository")[:10]
    dirty = " with uncommitted changes" if environment.get("git_dirty") else ""
    parts = [
        *(f"{environment.get('device')}", f"{environment.get('precision', 'precision not recorded')}"),
        *(f"torch {environment.get('torch')}", f"Python {environment.get('python')}"),
        *(str(environment.get("finished"))[:10], f"commit `{commit}`{dirty}"),
    ]
    return ", ".join(parts)


def _of_pair(graph: Graph, first: str, second: str) -> list[str]:
    (one, how), (other, otherwise) = (_by_seed(graph, name) for name in (first, second))
    seeds = sorted(set(one) & set(other))
    if len(seeds) < 2:
        raise DeclarationError(
            f"runs --pairs: {first} and {second} share {len(seeds)} finished seeds; two are needed, "
            "as of a report with `seeds: [0, 1]`"
        )
    values = np.array([[one[seed], other[seed]] for seed in seeds]) * 100
    change = values[:, 1] - values[:, 0]
    low, high = stats.t.interval(0.95, len(seeds) - 1, change.mean(), stats.sem(change))
    names = [f"{gfm(first)} ({how})", f"{gfm(second)} ({otherwise})"]
    *means, low, high = (plain(value, 2) for value in (*values.mean(axis=0), change.mean(), low, high))
    return [*names, ", ".join(map(str, seeds)), *means, f"{low} to {high}"]


def _by_seed(graph: Graph, name: str) -> tuple[dict[int, float], str]:
    """The accuracy of each seed, and in which precision the runs were computed."""
    experiment = graph.project.experiment(name)
    if "accuracy" not in TASKS[experiment.task].metrics:
        raise DeclarationError(f"runs --pairs: {name} has no accuracy, it learns {experiment.task}")
    runs = {seed: graph.run(experiment, seed) for seed in graph.project.seeds_of(name)}
    there = {seed: Path(run.folder) for seed, run in runs.items() if run.is_there(Path())}
    precisions = {str(read_object(folder / "environment.json").get("precision")) for folder in there.values()}
    found = {seed: float(read_object(folder / "summary.json")["val_accuracy"]) for seed, folder in there.items()}
    return found, " and ".join(sorted(precisions))
