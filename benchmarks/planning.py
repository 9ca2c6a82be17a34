"""What planning costs: `labreport plan` on many declared runs, against a bare Snakemake dry run of as many jobs.

python -m benchmarks.planning
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import yaml

from benchmarks.comparison import Comparison, table
from benchmarks.processes import CommandFailedError, run
from benchmarks.project import copy, environment, snakemake
from labreport.declarations.project import load
from labreport.planning import code
from labreport.planning.keys import prepared_identity, run_roots
from labreport.planning.plan import Plan

ARMS, SEEDS = 200, 5
RUNS = ARMS * SEEDS
PAIRS = 5
AIM = 1.5
SETTINGS = {"scale": "full", "seeds": list(range(SEEDS))}
BARE = f"""\
rule all:
    input: expand("made/{{number}}.txt", number=range({RUNS}))
rule job:
    output: "made/{{number}}.txt"
    shell: "touch {{output}}"
"""


def compare(folder: Path) -> list[Comparison]:
    """Time plans and dry runs in turn, so that whatever else the machine does meets both alike.

    Args:
        folder: an empty one.

    Raises:
        CommandFailedError: a plan or a dry run does not see all runs or jobs.
    """
    project, bare = copy(folder / "project"), folder / "bare"
    bare.mkdir()
    (bare / "Snakefile").write_text(BARE, encoding="utf-8")
    declare(project, rate=0.001)
    comparisons = [in_pairs("none was run before", project, bare)]
    leave_runs(project)
    declare(project, rate=0.002)
    return [*comparisons, in_pairs("each differs from a finished one", project, bare)]


def declare(project: Path, rate: float) -> None:
    """Declare `ARMS` experiments that differ in a setting, and a report that compares them."""
    arms = {
        f"arm{number}": {
            "model": {"name": "resnet_small", "width": 8 + number},
            "published": {"val_accuracy": 0.5 + number / 1000},
        }
        for number in range(ARMS)
    }
    shared = {
        "epochs": 30,
        "batch_size": 128,
        "learning_rate": rate,
        "optimizer": {"name": "Adam"},
        "loss": {"name": "cross_entropy"},
    }
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
        shown = [f'{{% call figure("{name}") %}}Loss.{{% endcall %}}' for name in report["figures"]]
        shown.append('{% call table("results") %}Results.{% endcall %}')
        template.write_text("\n\n".join(["# Many {#sec:one}", *shown]) + "\n", encoding="utf-8")


def leave_runs(project: Path) -> None:
    """Leave what planning reads of a finished run, for every run that is declared."""
    plan = Plan(load(project, SETTINGS))
    meanings = json.dumps(code.meanings(run_roots(plan.runs["arm0"][0].spec)))
    summary = {"seconds": 60.0, "epochs": 30, "train_samples": 50_000}
    made = {"device": "a processor", "finished": "2026-01-01T00:00:00+00:00"}
    for one in plan.report_runs(plan.runs):
        folder, data = project / one.folder, project / one.data.folder
        folder.mkdir(parents=True)
        data.mkdir(parents=True, exist_ok=True)
        about = {"spec": prepared_identity(one.data.spec), "train_samples": 50_000}
        files = {"spec.json": one.spec, "summary.json": summary, "environment.json": made}
        for name, value in files.items():
            (folder / name).write_text(json.dumps(value), encoding="utf-8")
        (folder / "code.json").write_text(meanings, encoding="utf-8")
        (folder / "SHA256SUMS").touch()
        (data / "dataset.json").write_text(json.dumps(about), encoding="utf-8")


def in_pairs(state: str, project: Path, bare: Path) -> Comparison:
    """The median ratio of `PAIRS` plans and dry runs; one of each before them is not counted."""
    pairs = [(planned(project), dry(bare)) for _ in range(PAIRS + 1)][1:]
    ratios = sorted(ours / theirs for ours, theirs in pairs)
    return Comparison(
        f"labreport plan, {RUNS} declared runs, {state}: median of {PAIRS} pairs",
        f"{median(ours for ours, _ in pairs):.2f} s",
        f"{median(theirs for _, theirs in pairs):.2f} s, dry run of {RUNS} bare jobs",
        median(ratios),
        f"at most {AIM} (pairs from {ratios[0]:.2f} to {ratios[-1]:.2f})",
    )


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


def main() -> int:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory(prefix="labreport-bench-") as folder:
        print(table(compare(Path(folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
