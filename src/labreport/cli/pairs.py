"""`labreport runs --pairs`: two experiments, seed by seed: what the one changes against the other."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy import stats

from labreport.artifacts.graph import Graph
from labreport.documents.gfm import table_line
from labreport.documents.text import gfm
from labreport.errors import DeclarationError
from labreport.files import read_object
from labreport.rounding import plain
from labreport.training.tasks import TASKS

HEAD = ("First", "Second", "Seeds", "First (%)", "Second (%)", "Second − first (points)", "95 % interval")
ABOUT = """\
Validation accuracy after the last epoch: means over the seeds that both have, and the mean of the differences seed by
seed with Student's interval; in brackets the precision that was computed in. A seed gives both the same first weights,
order and augmentation."""


def section(graph: Graph, names: Sequence[str]) -> Iterator[str]:
    """The lines of the table.

    Args:
        graph: of the project.
        names: first, second, first, second ...

    Raises:
        DeclarationError: an odd number of names, a task without accuracy, or two that share fewer than two seeds.
    """
    if len(names) < 2 or len(names) % 2:
        raise DeclarationError(f"runs --pairs: found {len(names)} experiments; allowed are pairs: FIRST SECOND ...")
    yield f"## Pairs of experiments at scale `{graph.project.scale_name}`"
    yield from ("", "### Accuracy", "", table_line(HEAD), table_line([":---", ":---", *["---:"] * (len(HEAD) - 2)]))
    for first, second in zip(names[::2], names[1::2], strict=True):
        yield table_line(_row(graph, first, second))
    yield from ("", ABOUT, "")
    seeds = ",".join(map(str, graph.project.config.seeds))
    command = f"labreport runs {' '.join(names)} --pairs --page docs/results.md"
    yield f"- Command: `{command} --config scale={graph.project.scale_name} seeds='[{seeds}]'`"


def _row(graph: Graph, first: str, second: str) -> list[str]:
    (one, how), (other, otherwise) = (_by_seed(graph, name) for name in (first, second))
    seeds = sorted(set(one) & set(other))
    if len(seeds) < 2:
        raise DeclarationError(f"runs --pairs: {first} and {second} share {len(seeds)} finished seeds; two are needed")
    values = np.array([[one[seed], other[seed]] for seed in seeds]) * 100
    change = values[:, 1] - values[:, 0]
    low, high = stats.t.interval(0.95, len(seeds) - 1, change.mean(), stats.sem(change))
    means = [_number(mean) for mean in values.mean(axis=0)]
    interval = f"{_number(low)} to {_number(high)}"
    names = [f"{gfm(first)} ({how})", f"{gfm(second)} ({otherwise})"]
    return [*names, ", ".join(map(str, seeds)), *means, _number(change.mean()), interval]


def _by_seed(graph: Graph, name: str) -> tuple[dict[int, float], str]:
    """The accuracy of each seed, and in which precision the runs were computed."""
    experiment = graph.project.experiment(name)
    if "accuracy" not in TASKS[experiment.task].metrics:
        raise DeclarationError(f"runs --pairs: {name} has no accuracy, it learns {experiment.task}")
    runs = {seed: graph.run(experiment, seed) for seed in graph.project.config.seeds}
    there = {seed: Path(run.folder) for seed, run in runs.items() if run.is_there(Path())}
    precisions = {str(read_object(folder / "environment.json").get("precision")) for folder in there.values()}
    found = {seed: float(read_object(folder / "summary.json")["val_accuracy"]) for seed, folder in there.items()}
    return found, " and ".join(sorted(precisions))


def _number(value: float) -> str:
    return plain(value, 2)
