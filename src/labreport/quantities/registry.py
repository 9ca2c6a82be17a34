"""Which numbers there are: name, unit, which direction is better, and what they need. Plain Python only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from labreport.metrics import METRICS, SPLIT_TITLES, column_title

CALL = re.compile(r"(?P<name>[a-z_]+)(?:\((?P<argument>[^()]+)\))?")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
PUBLISHED = "published."
SHORT_AND_FULL = ("short", "full")  # the groups of classes that a long tail makes
BEST = {"zh": "最高", "en": "best "}


@dataclass(frozen=True)
class Quantity:
    """A number that every run of an experiment has.

    Attributes:
        name: in claims and templates.
        unit: fraction, correlation, epochs, seconds, per second or count; empty for a loss.
        title: what it is called inside a sentence, by language.
        higher_is_better: None where neither direction is.
        metric: what the task must count for it; empty where every task has it.
        argument: what stands in its brackets; empty where it has none.
        exact: whether it has no error, as a count of parameters.
    """

    name: str
    unit: str
    title: Mapping[str, str]
    higher_is_better: bool | None = None
    metric: str = ""
    argument: str = ""
    exact: bool = False

    @property
    def percent(self) -> bool:
        """Whether it is shown in percent, and its differences in percentage points."""
        return self.unit == "fraction"

    @property
    def declared_unit(self) -> float:
        """What a limit is declared in: points of fractions, hundredths of correlations, else the unit itself."""
        return 0.01 if self.unit in {"fraction", "correlation"} else 1.0


def _metrics() -> dict[str, Quantity]:
    """The losses and metrics of each split, and the best of an epoch on the validation split."""
    units = {"accuracy": "fraction", "pearson": "correlation", "spearman": "correlation", "loss": ""}
    found = {}
    for kind, metric in METRICS.items():
        for split in SPLIT_TITLES:
            column = f"{split}_{kind}"
            titles = {lang: column_title(column, lang) for lang in BEST}
            found[column] = Quantity(column, units[kind], titles, metric.higher_is_better, kind)
        if kind in {"accuracy", "pearson"}:
            titles = {lang: word + column_title(f"val_{kind}", lang) for lang, word in BEST.items()}
            found[f"best_val_{kind}"] = Quantity(f"best_val_{kind}", units[kind], titles, True, kind)
    return found


def _others() -> dict[str, Quantity]:
    stated = (
        Quantity("generalisation_gap", "fraction", {"zh": "泛化差距", "en": "generalisation gap"}, False, "accuracy"),
        Quantity(
            "accuracy_on",
            "fraction",
            {"zh": "平均准确率", "en": "mean accuracy"},
            True,
            "accuracy",
            "classes",
        ),
        Quantity("chance", "fraction", {"zh": "随机猜测", "en": "chance"}, None, "accuracy", exact=True),
        Quantity(
            "farthest_from_chance",
            "fraction",
            {"zh": "离随机猜测最远一轮的验证准确率", "en": "validation accuracy in the epoch farthest from chance"},
            None,
            "accuracy",
        ),
        Quantity("epochs_to", "epochs", {"zh": "达到水平的轮数", "en": "epochs to a level"}, False, "", "a level"),
        Quantity("convergence_epoch", "epochs", {"zh": "收敛轮数", "en": "epoch of convergence"}, False),
        Quantity(
            "val_loss_at_best", "", {"zh": "最好一轮的验证损失", "en": "validation loss in the best epoch"}, False
        ),
        Quantity("best_epoch", "epochs", {"zh": "最好的一轮", "en": "best epoch"}),
        Quantity("seconds", "seconds", {"zh": "训练用时", "en": "training time"}, False),
        Quantity("seconds_per_epoch", "seconds", {"zh": "平均每轮用时", "en": "mean time of an epoch"}, False),
        Quantity("epoch_seconds", "seconds", {"zh": "每轮用时", "en": "time of an epoch"}, False),
        Quantity("samples_per_second", "per second", {"zh": "每秒样本数", "en": "samples per second"}, True),
        Quantity("epochs", "epochs", {"zh": "轮数", "en": "epochs"}, exact=True),
        Quantity("parameters", "count", {"zh": "参数个数", "en": "parameters"}, exact=True),
        Quantity("train_samples", "count", {"zh": "训练样本数", "en": "training samples"}, exact=True),
        Quantity("val_samples", "count", {"zh": "验证样本数", "en": "validation samples"}, exact=True),
        Quantity("test_samples", "count", {"zh": "测试样本数", "en": "test samples"}, exact=True),
    )
    return {one.name: one for one in stated}


QUANTITIES: Mapping[str, Quantity] = MappingProxyType({**_metrics(), **_others()})
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
