"""The tasks by name: which class carries one out, what it trains on, and which files it leaves. Plain Python only."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class TaskKind:
    """A task that an experiment may name.

    Attributes:
        target: "module:Class" of the task.
        inputs: of the data sets it can be trained on: images, texts, pairs.
        losses: functions of torch.nn.functional that it takes.
        metrics: what is counted beside the loss, the first one telling how good a model is.
        files: what a finished run holds beside what every run holds.
    """

    target: str
    inputs: tuple[str, ...]
    losses: tuple[str, ...]
    metrics: tuple[str, ...]
    files: tuple[str, ...]


TASKS: Mapping[str, TaskKind] = {
    "classification": TaskKind(
        "labreport.training.classification:Classification",
        inputs=("images", "texts"),
        losses=("cross_entropy",),
        metrics=("accuracy",),
        files=("predictions.npz", "per_class.csv", "confusion.csv"),
    ),
    "similarity": TaskKind(
        "labreport.training.similarity:Similarity",
        inputs=("pairs",),
        losses=("mse_loss",),
        metrics=("pearson", "spearman"),
        files=("predictions.npz",),
    ),
}
