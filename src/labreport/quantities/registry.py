"""Which numbers there are: name, unit, which direction is better, and what they need. Plain Python only."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from labreport.languages import said, section
from labreport.metrics import METRICS, SPLIT_NAMES, column_title

CALL = re.compile(r"(?P<name>[a-z_]+)(?:\((?P<argument>[^()]+)\))?")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
PUBLISHED = "published."


@dataclass(frozen=True)
class Quantity:
    """A number that every run of an experiment has.

    Attributes:
        name: in claims and templates.
        unit: fraction, correlation, epochs, seconds, per second or count; empty for a loss.
        higher_is_better: None where neither direction is.
        metric: what the task must count for it; empty where every task has it.
        argument: what stands in its brackets; empty where it has none.
        exact: whether it has no error, as a count of parameters.
    """

    name: str
    unit: str
    higher_is_better: bool | None = None
    metric: str = ""
    argument: str = ""
    exact: bool = False

    def title(self, lang: str) -> str:
        """What it is called inside a sentence."""
        if self.name in section("quantities", lang):
            return said("quantities", self.name, lang)
        best, column = self.name.startswith("best_"), self.name.removeprefix("best_")
        return said("quantities", "best", lang, column_title(column, lang)) if best else column_title(column, lang)

    @property
    def declared_unit(self) -> float:
        """What a limit is declared in: points of fractions, hundredths of correlations, else the unit itself."""
        return 0.01 if self.unit in {"fraction", "correlation"} else 1.0


def _metrics() -> Iterator[Quantity]:
    """The losses and metrics of each split, and the best of an epoch on the validation split."""
    units = {"accuracy": "fraction", "pearson": "correlation", "spearman": "correlation", "loss": ""}
    for kind, metric in METRICS.items():
        for split in SPLIT_NAMES:
            yield Quantity(f"{split}_{kind}", units[kind], metric.higher_is_better, kind)
        if kind in {"accuracy", "pearson"}:
            yield Quantity(f"best_val_{kind}", units[kind], True, kind)


_ALL = (
    *_metrics(),
    Quantity("generalisation_gap", "fraction", False, "accuracy"),
    Quantity("accuracy_on", "fraction", True, "accuracy", "classes"),
    Quantity("chance", "fraction", None, "accuracy", exact=True),
    Quantity("farthest_from_chance", "fraction", None, "accuracy"),
    Quantity("epochs_to", "epochs", False, "", "a level"),
    Quantity("convergence_epoch", "epochs", False),
    Quantity("val_loss_at_best", "", False),
    Quantity("best_epoch", "epochs"),
    Quantity("seconds", "seconds", False),
    Quantity("seconds_per_epoch", "seconds", False),
    Quantity("epoch_seconds", "seconds", False),
    Quantity("samples_per_second", "per second", True),
    Quantity("epochs", "epochs", exact=True),
    Quantity("parameters", "count", exact=True),
    Quantity("train_samples", "count", exact=True),
    Quantity("val_samples", "count", exact=True),
    Quantity("test_samples", "count", exact=True),
)
QUANTITIES: Mapping[str, Quantity] = MappingProxyType({one.name: one for one in _ALL})
# What an experiment has that is no quantity.
FACTS = ("name", "optimizer", "loss", "schedule", "seeds", "planned", "device", "published", "model")
TIMES = ("seconds", "seconds_per_epoch", "epoch_seconds", "samples_per_second")


@cache
def called(text: str) -> tuple[Quantity, str]:
    """A quantity and its argument: `accuracy_on(short)`, `epochs_to(0.6)`, `val_accuracy`.

    Raises:
        ValueError: there is no such quantity, or its argument is missing or too much.
    """
    match = CALL.fullmatch(text)
    name = match["name"] if match else text
    if match is None or name not in QUANTITIES:
        raise ValueError(f"{text!r} is no quantity; there are: {', '.join(QUANTITIES)}")
    found, argument = QUANTITIES[name], match["argument"] or ""
    if found.argument and not argument:
        raise ValueError(f"{name} needs {found.argument} in brackets, as in {name}(...)")
    if found.name == "epochs_to" and argument != "best" and not NUMBER.fullmatch(argument):
        raise ValueError(f"epochs_to needs a level in brackets, a number or `best`; found {argument!r}")
    if argument and not found.argument:
        raise ValueError(f"{name} takes nothing in brackets; found {argument!r}")
    return found, argument


def numbers(declared: Mapping[str, Any]) -> dict[str, float]:
    """Every number of what was declared, by its last name, or by its path where several have that."""
    paths = dict(_numbers(declared, ()))
    last = [path[-1] for path in paths]
    return {path[-1] if last.count(path[-1]) == 1 else ".".join(path): value for path, value in paths.items()}


def _numbers(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], float]]:
    if isinstance(value, Mapping):
        named = (*path, str(value["name"])) if "name" in value else path
        for key, inner in value.items():
            yield from _numbers(inner, named if key == "parameters" else (*named, str(key)))
    elif isinstance(value, list) and all(isinstance(one, Mapping) for one in value):
        for one in value:
            yield from _numbers(one, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)


def members(argument: str) -> list[str]:
    """The classes in the brackets of `accuracy_on`."""
    return [name.strip() for name in argument.split(",")]
