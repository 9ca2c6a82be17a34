"""Play Snakemake: what is to be trained is fabricated, what is to be made is written as bytes, all under its true key.

Run in a project's folder as `python -m tests.workflow.fabricated_project TARGET ...`, so that keys are taken of the
sources of that very project.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from labreport.artifacts import code
from labreport.artifacts.artifact import CODE, INDEX, LONG, MADE, OF, SPEC, Artifact, roots
from labreport.artifacts.current import Current
from labreport.artifacts.graph import Graph
from labreport.cli.plan import work
from labreport.declarations.project import Project
from labreport.files import write_json, write_sums
from labreport.machine.outcome import content, write_receipt
from labreport.metrics import metric_columns
from labreport.steps.items import made_from

EPOCHS = 3


def make(targets: Sequence[str]) -> list[str]:
    """Train, measure and make what targets need in the current folder.

    Returns:
        The titles of what was made.
    """
    code.restore(Path(code.CACHE))
    graph = Graph(Project(Path()))
    found = work(graph, targets)
    for artifact in found.made:
        _make(artifact)
    for target in found.delivered:
        document = graph.delivered(target)
        Path(target).parent.mkdir(exist_ok=True)
        Path(target).write_bytes(Path(document.output).read_bytes())
    for target in targets:
        Current().settle_target(target, graph.delivered(target))
    code.keep(Path(code.CACHE))
    return [artifact.title for artifact in found.made]


def _make(artifact: Artifact) -> None:
    folder = Path(artifact.folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / SPEC, artifact.spec)
    if not {"code", "items"}.isdisjoint(artifact.spec):
        write_json(folder / CODE, code.covered(roots(artifact.step, artifact.spec)))
    if artifact.step == "train":
        _train(artifact, folder)
    if artifact.step == "prepare":
        write_json(folder / "dataset.json", {"train_samples": 100})
    for name, spec in artifact.spec.get("items", {}).items():
        for suffix in ("svg", "pdf", "csv", "json", "txt"):
            (folder / f"{name}.{suffix}").write_text(f"{spec['code']}\n", encoding="utf-8")
    if "items" in artifact.spec:
        write_json(
            folder / INDEX, {name: made_from(artifact.step, one) for name, one in artifact.spec["items"].items()}
        )
    if artifact.file:
        (folder / artifact.file).write_text(f"{artifact.title} {artifact.key}\n", encoding="utf-8")
    if artifact.step not in LONG:
        write_json(folder / MADE, {OF: {one.folder: content(one.folder) for one in artifact.needs}})
    write_sums(folder)
    if artifact.step in LONG:
        write_receipt(folder)
    assert content(folder)


def _train(run: Artifact, folder: Path) -> None:
    measured = [*metric_columns(run.spec["task"]["name"]), "learning_rate", "seconds", "samples_per_second"]
    rows = [[epoch, *(epoch / 10 for _ in measured)] for epoch in range(1, EPOCHS + 1)]
    lines = [",".join(["epoch", *measured]), *(",".join(map(str, row)) for row in rows)]
    (folder / "metrics.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    about = {"experiment": run.beside["experiment"], "seed": run.spec["seed"], "key": run.key, "epochs": EPOCHS}
    write_json(folder / "summary.json", {**about, "seconds": 6.0, "train_samples": 100, "classes": []})
    write_json(folder / "environment.json", {"started": "2026-01-01T00:00:00", "finished": "2026-01-01T00:00:06"})


if __name__ == "__main__":
    print(json.dumps(make(sys.argv[1:])))
