"""What planning costs: `labreport plan` on many declared runs, against a bare Snakemake dry run of as many jobs."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

from benchmarks.comparison import PAIRS, Comparison, compare, table, turns
from benchmarks.processes import CommandFailedError, run
from benchmarks.project import copy, environment, snakemake
from labreport.artifacts.artifact import roots
from labreport.artifacts.code import covered
from labreport.artifacts.graph import Graph
from labreport.declarations.project import Project
from labreport.files import write_sums

ARMS, SEEDS = 200, 5
RUNS = ARMS * SEEDS
SETTINGS = {"scale": "full", "seeds": list(range(SEEDS))}
SUMMARY = {"seconds": 60.0, "epochs": 30, "train_samples": 50_000}
ENVIRONMENT = {"started": "2026-01-01T00:00:00+00:00", "finished": "2026-01-01T00:01:00+00:00"}
BARE = f"""\
rule all:
    input: expand("made/{{number}}.txt", number=range({RUNS}))
rule job:
    output: "made/{{number}}.txt"
    shell: "touch {{output}}"
"""


def section() -> str:
    """Two rows: where nothing was run before, and where every run differs in a setting from a finished one.

    Raises:
        CommandFailedError: a plan or a dry run does not see all runs or jobs.
    """
    with tempfile.TemporaryDirectory(prefix="labreport-bench-") as temporary:
        project, bare = copy(Path(temporary) / "project"), Path(temporary) / "bare"
        bare.mkdir()
        (bare / "Snakefile").write_text(BARE, encoding="utf-8")
        declare(project, rate=0.001)
        never = in_pairs("none was run before", 0.44, project, bare)
        leave_runs(project)
        declare(project, rate=0.002)
        return table([never, in_pairs("each differs from a finished one", 0.65, project, bare)])


def declare(project: Path, rate: float) -> None:
    """Declare `ARMS` experiments that differ in a setting, and a report that compares them."""
    arms = {}
    for number in range(ARMS):
        model, published = {"name": "resnet_small", "width": 8 + number}, {"val_accuracy": 0.5 + number / 1000}
        arms[f"arm{number}"] = {"model": model, "published": published}
    shared = {"epochs": 30, "batch_size": 128, "learning_rate": rate}
    shared |= {"optimizer": {"name": "Adam"}, "loss": {"name": "cross_entropy"}}
    names = list(arms)
    report = {
        "title": "Many",
        "authors": ["A"],
        "experiments": names,
        "figures": {f"loss_{name}": {"kind": "curves", "experiments": [name], "metric": "loss"} for name in names},
        "tables": {"results": {"kind": "results", "experiments": names}},
    }
    experiments = {"part": "many", "dataset": "cifar10", "task": "classification", "shared": shared, "arms": arms}
    for group, name, value in (("experiments", "many", experiments), ("reports", "many", report)):
        for old in (project / "config" / group).glob("*.yaml"):
            old.unlink()
        (project / f"config/{group}/{name}.yaml").write_text(yaml.safe_dump(value), encoding="utf-8")
    for scale in ("demo", "lite", "cpu"):  # their overrides name experiments that are gone
        (project / f"config/scales/{scale}.yaml").unlink(missing_ok=True)
    for lang in ("zh", "en"):
        template = project / f"templates/many/{lang}.md.j2"
        template.parent.mkdir(parents=True, exist_ok=True)
        shown = [f"![Loss.](figure:{name})" for name in report["figures"]]
        shown.append("![Results.](table:results)")
        template.write_text("\n\n".join(["# Many {#sec:one}", *shown]) + "\n", encoding="utf-8")


def leave_runs(project: Path) -> None:
    """Leave what planning reads of a finished run, for every run that is declared."""
    graph = Graph(Project(project, SETTINGS))
    meanings = None
    for one in graph.all_runs():
        meanings = meanings or covered(roots("train", one.spec))
        (data,) = one.needs
        about = {
            "spec.json": one.spec,
            "code.json": meanings,
            "summary.json": {"experiment": one.beside["experiment"], **SUMMARY},
            "environment.json": ENVIRONMENT,
        }
        for folder, files in ((one.folder, about), (data.folder, {"dataset.json": {"train_samples": 50_000}})):
            (project / folder).mkdir(parents=True, exist_ok=True)
            for name, value in files.items():
                (project / folder / name).write_text(json.dumps(value), encoding="utf-8")
        write_sums(project / one.folder)


def in_pairs(state: str, aim: float, project: Path, bare: Path) -> Comparison:
    """Plans of a state and bare dry runs."""
    times = turns(PAIRS, lambda: planned(project), lambda: dry(bare))
    what, other = f"labreport plan, {RUNS} declared runs, {state}", f"dry run of {RUNS} bare jobs"
    return compare(what, *times, "{:.2f} s", other, aim)


def planned(project: Path) -> float:
    """Seconds of `labreport plan`."""
    seeds = json.dumps(SETTINGS["seeds"]).replace(" ", "")
    command = [sys.executable, "-m", "labreport", "plan", "--config", "scale=full", f"seeds={seeds}"]
    sources = {**environment(), "PYTHONPATH": str(project / "src")}
    return timed(command, project, sources, lambda output: f"train {RUNS} runs" in output)


def dry(bare: Path) -> float:
    """Seconds of a dry run."""
    command = snakemake("--dry-run", "--cores", "1", "--quiet", "rules")
    total = re.compile(rf"^total\s+{RUNS + 1}\s*$", re.MULTILINE)
    return timed(command, bare, environment(), lambda output: total.search(output) is not None)


def timed(command: Sequence[str], folder: Path, variables: dict[str, str], saw: Callable[[str], bool]) -> float:
    """Seconds of a command.

    Raises:
        CommandFailedError: it failed, or did not see what is there.
    """
    usage = run(command, folder, variables)
    if not saw(usage.output):
        raise CommandFailedError(f"{' '.join(command)} did not see all of {RUNS}:\n{usage.output[-2000:]}")
    return usage.wall_s
