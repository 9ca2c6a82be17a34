"""What a kind of figure, table, claim or measurement is: the module that makes it and the options it takes.

The registries are dictionaries of these, so that a declaration is checked, names and values, without importing torch,
pandas or matplotlib.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from labreport.errors import DeclarationError
from labreport.metrics import SPLITS, metric_columns
from labreport.values import NAME, NAMES, Value, one_of

# Options that mean the same in every kind.
SHARED: Mapping[str, Value] = MappingProxyType(
    {"experiments": NAMES, "part": NAME, "measurement": NAME, "dataset": NAME, "datasets": NAMES}
)

# Files of runs (-> columns, None for the whole file) that the frames and the text of a report are made from.
GATHER_READS: dict[str, list[str] | None] = dict.fromkeys(
    ("environment.json", "metrics.csv", "per_class.csv", "spec.json", "summary.json")
)
TEXT_READS: dict[str, list[str] | None] = dict.fromkeys(("environment.json", "spec.json", "summary.json"))
METRICS = "metrics.csv"  # the one file of which a kind reads some columns only
MEASURED = frozenset(
    {
        "epoch",
        "learning_rate",
        "seconds",
        "samples_per_second",
        *(name for task in SPLITS for name in metric_columns(task)),
    }
)


@dataclass(frozen=True)
class Kind:
    """A kind that a report's YAML may name.

    Options are named as they stand in YAML, with one exception: `experiments` in `required` or `optional` admits
    `part` in its place, because a part is replaced by the list of its experiments before the kind sees it. `dataset`
    and `datasets` name data sets that the report's experiments use; their folders are in the spec's `data`.

    Attributes:
        target: dotted name of the module that makes it; imported only when it is made.
        required: names of options that must be there.
        optional: names of options that may be there.
        choices: option name -> the words it allows.
        types: option name -> what its value may be; a mapping stands for an option that holds exactly those keys.
            An option is in `choices`, in `types`, in `SHARED`, or names an experiment or a row; none is unchecked.
        single: whether `experiments` must name exactly one experiment.
        fewest: how many experiments `experiments` must name at least.
        experiment_options: options whose value is the name of one experiment (such as a claim's `faster`); no two of
            them may name the same, nor one that `experiments` names.
        member_options: options whose value is one of those that `experiments` names (such as a claim's `expected`).
        row_options: options whose value is a row of the measurement (such as a claim's `slow`); no two may be equal.
        rows: of a measurement: what it compares, the first column of its result.
        files: what the runs of its experiments must leave, of the files that only some tasks leave.
        metrics: what the tasks of its experiments must count beside the loss.
        one_task: whether its experiments must have one task.
        inputs: what its experiments and the data sets that it names must be made of; empty: images, texts or pairs.
        one_set_of_classes: whether its experiments and the data sets that it names must have the same classes.
        longtail: whether `dataset` must have classes that a long tail cuts short, and others.
        published: what must have been published of its experiments; `metric` stands for the value of that option.
        reads: the files that it reads of the runs of its experiments, `metrics.csv` apart.
        columns: the columns of `metrics.csv` that it reads, with `epoch`; `{metric}` in them stands for the value of
            that option. Those that no task measures are not meant.
        reads_with: file, `metrics.csv` too -> the values of `metric` with which alone it is read.
    """

    target: str
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    types: Mapping[str, Value | Mapping[str, Value]] = field(default_factory=lambda: MappingProxyType({}))
    single: bool = False
    fewest: int = 1
    experiment_options: frozenset[str] = frozenset()
    member_options: frozenset[str] = frozenset()
    row_options: frozenset[str] = frozenset()
    rows: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    one_task: bool = False
    inputs: tuple[str, ...] = ()
    one_set_of_classes: bool = False
    longtail: bool = False
    published: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    reads_with: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def options(self) -> frozenset[str]:
        """Every option the kind takes."""
        return self.required | self.optional

    def reads_for(self, options: Mapping[str, Any]) -> dict[str, list[str] | None]:
        """What is read of each run with these options: file -> its columns, None for the whole file.

        `labreport.results.Results` refuses whatever is not among them.
        """
        metric = options.get("metric")
        found: dict[str, list[str] | None] = dict.fromkeys(self.reads)
        if self.columns:
            named = (column.format(metric=metric) for column in self.columns)
            found[METRICS] = ["epoch", *(column for column in named if column in MEASURED)]
        return {file: found[file] for file in sorted(found) if metric in self.reads_with.get(file, (metric,))}

    def type_of(self, option: str) -> Value | Mapping[str, Value]:
        """What the value of an option may be.

        Raises:
            KeyError: the registry forgot to say it.
        """
        if option in self.choices:
            return one_of(*self.choices[option])
        if option in self.experiment_options | self.member_options | self.row_options:
            return NAME
        return self.types[option] if option in self.types else SHARED[option]


def kind(package: str, module: str, *required: str, optional: Iterable[str] = (), **fields: Any) -> Kind:
    """A kind as registries write it down.

    Args:
        package: dotted name of the package that the registry stands in.
        module: name of the kind's module there.
        required: names of options that must be there.
        optional: names of options that may be there.
        fields: the other attributes of `Kind`.
    """
    return Kind(f"{package}.{module}", frozenset(required), frozenset(optional), **fields)


def load_kind(target: str, kinds: Mapping[str, Kind]) -> Any:
    """Import the module of a kind.

    Args:
        target: its dotted name, as a spec has it.
        kinds: the registry it must stand in.

    Raises:
        DeclarationError: no kind in the registry has this target.
    """
    if target not in {kind.target for kind in kinds.values()}:
        known = ", ".join(kind.target for kind in kinds.values())
        raise DeclarationError(f"target: {target!r} is none of the kinds; allowed: {known}")
    return importlib.import_module(target)
