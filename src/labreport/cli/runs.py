"""`labreport runs`: every finished run of the declared experiments, whether a report shows it or not."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import Artifact
from labreport.artifacts.graph import Graph
from labreport.documents.results_page import with_section
from labreport.documents.text import gfm
from labreport.errors import DeclarationError
from labreport.files import read_object, write_text
from labreport.training.tasks import TASKS

HEAD = ("Experiment", "Seed", "Epochs", "Training", "Last", "Best", "in epoch", "Test", "Published", "Time (s)", "Key")
ABOUT = """\
`Training` is evaluated on the training samples after the last epoch; `Last` and `Best` on the validation samples;
`Test`, where there is a test split of its own, by the model of the best validation epoch. Published are training and
validation accuracy, or validation and test correlation. Runs that were trained side by side shared their device: their
times are no measure of its speed."""


def runs(graph: Graph, options: argparse.Namespace) -> int:
    """Print a table per metric, or write them into a page.

    Raises:
        DeclarationError: an unknown experiment, or `--page` and no run.
    """
    project = graph.project
    if unknown := [name for name in options.names if name not in project.experiment_names]:
        raise DeclarationError(f"runs: found {unknown[0]!r}, which no file in config/experiments/ declares")
    chosen = options.names or sorted(project.experiment_names)
    experiments = [project.experiment(name) for name in chosen]
    found = [
        (run, TASKS[one.task].metrics[0], one.published)
        for one in experiments
        for run in (graph.run(one, seed) for seed in project.config.seeds)
        if run.is_there(Path())
    ]
    if not found:
        raise DeclarationError(f"runs: none of {len(chosen)} experiments has a finished run at {project.scale_name}")
    text = "\n".join(_section(project.scale_name, found)) + "\n"
    if options.page is None:
        print(text, end="")
    else:
        page = options.page.read_text(encoding="utf-8") if options.page.is_file() else ""
        write_text(options.page, with_section(page, "runs", project.scale_name, text))
    return 0


def _section(scale: str, found: Iterable[tuple[Artifact, str, Any]]) -> Iterator[str]:
    tables: dict[str, list[list[str]]] = {}
    origins: dict[str, list[str]] = {}
    for run, metric, published in found:
        folder = Path(run.folder)
        summary, environment = read_object(folder / "summary.json"), read_object(folder / "environment.json")
        tables.setdefault(metric, []).append(_row(run, metric, summary, published))
        origins.setdefault(_origin(environment), []).append(run.title)
    yield f"## Finished runs at scale `{scale}`"
    for metric, rows in tables.items():
        unit = "accuracy (%)" if metric == "accuracy" else f"{metric.capitalize()} correlation"
        yield from ("", f"### {unit[0].upper()}{unit[1:]}", "", _line(HEAD), _line([":---", *["---:"] * 9, ":---"]))
        yield from map(_line, sorted(rows))
    yield from ("", ABOUT, "")
    everything = len(origins) == 1
    for origin, titles in origins.items():
        yield f"- {'All runs' if everything else ', '.join(sorted(titles))}: {origin}"
    yield f"- Command: `labreport runs --page docs/results.md --config scale={scale}`"


def _row(run: Artifact, metric: str, summary: Mapping[str, Any], published: Any) -> list[str]:
    def number(value: Any) -> str:
        if not isinstance(value, int | float):
            return ""
        return f"{100 * value:.2f}" if metric == "accuracy" else f"{value:.3f}"

    said = [number(getattr(published, f"{split}_{metric}", None)) for split in ("train", "val", "test")]
    said = said[:2] if metric == "accuracy" else said[1:]
    return [
        gfm(run.title.rpartition(" seed ")[0]),
        str(summary.get("seed", "")),
        str(summary.get("epochs", "")),
        *(number(summary.get(name)) for name in (f"seen_{metric}", f"val_{metric}", f"best_val_{metric}")),
        str(summary.get("best_epoch", "")),
        number(summary.get(f"test_{metric}")),
        " / ".join(one or "–" for one in said) if any(said) else "",
        f"{float(summary['seconds']):.0f}" if isinstance(summary.get("seconds"), int | float) else "",
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


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
