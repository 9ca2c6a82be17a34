"""The metrics by name, and which columns a task's `metrics.csv` has. Plain Python only."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from labreport.languages import said
from labreport.training.tasks import TASKS


@dataclass(frozen=True)
class Metric:
    """What is measured after each epoch.

    Attributes:
        percent: whether it is a fraction that is shown in percent, and its differences in percentage points.
        higher_is_better: whether the greatest value is the best one.
    """

    percent: bool
    higher_is_better: bool


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        "loss": Metric(percent=False, higher_is_better=False),
        "accuracy": Metric(percent=True, higher_is_better=True),
        "pearson": Metric(percent=False, higher_is_better=True),
        "spearman": Metric(percent=False, higher_is_better=True),
    }
)
SPLIT_NAMES = ("train", "val", "test")
# Epochs are chosen on `val`. Where that is not the test split itself, the test split is measured beside it.
SPLITS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"classification": ("train", "val"), "similarity": ("train", "val", "test")}
)


def split_column(column: str) -> tuple[str, Metric]:
    """The split and the metric of a column: `val_accuracy` is the accuracy of `val`.

    Raises:
        ValueError: the column holds no metric.
    """
    split, _, name = column.partition("_")
    if split not in SPLIT_NAMES or name not in METRICS:
        raise ValueError(f"{column!r} is no metric; one is called <train, val or test>_<{', '.join(METRICS)}>")
    return split, METRICS[name]


def column_title(column: str, lang: str) -> str:
    """`验证准确率`, `validation accuracy`: what a column holds, inside a sentence.

    Raises:
        ValueError: the column holds no metric.
    """
    split_column(column)
    split, _, metric = column.partition("_")
    return said("quantities", "of_split", lang, said("splits", split, lang), said("metrics", metric, lang))


def metric_columns(task: str) -> tuple[str, ...]:
    """`train_loss, train_accuracy, val_loss, ...`: the columns of a task's metrics, split after split.

    Raises:
        KeyError: there is no such task.
    """
    names = ("loss", *TASKS[task].metrics)
    return tuple(f"{split}_{name}" for split in SPLITS[task] for name in names)
