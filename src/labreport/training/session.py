"""A run between its epochs: what is trained, and what was measured of it by now."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from labreport.data.prepared import Prepared
from labreport.training.components import Components, place_data
from labreport.training.construction import build_task
from labreport.training.loop import Epoch, evaluate, fit
from labreport.training.numerics import autocast
from labreport.training.task import Said, Table

Row = dict[str, Any]


class Session:
    """One run, from its first epoch or from a state that was kept.

    Args:
        spec: the run's.
        prepared: its data.
        device: where everything happens.
        vectors: float32 (vocabulary, dimensions), for a model that takes them.
        weights: by name, for a model that starts from them.

    Attributes:
        task: loss and metrics.
        parts: the model with all that trains it.
        rows: what each epoch measured, a row of `metrics.csv` each.

    Raises:
        TrainingError: a setting that is not known.
    """

    def __init__(
        self,
        spec: Mapping[str, Any],
        prepared: Prepared,
        device: torch.device,
        vectors: np.ndarray | None = None,
        weights: Mapping[str, torch.Tensor] | None = None,
    ) -> None:
        self.task = build_task(spec["task"]["target"], prepared.classes, spec["training"]["loss"])
        self.parts = Components.build(spec, prepared, place_data(prepared, device), vectors, device, weights)
        self.rows: list[Row] = []
        self._epochs: int = spec["training"]["epochs"]
        self._autocast = autocast(spec["training"].get("precision", "fp32"), device)
        self._classes = prepared.classes
        self._said: Said | None = None
        self._train_seconds = 0.0
        self._seen: dict[str, float] = {}

    def epochs(self, tick: Callable[[], None] = lambda: None) -> Iterator[Row]:
        """Train the epochs that are left.

        Args:
            tick: called after every batch, of training and of evaluation.

        Yields:
            The row of each epoch, when it is over.

        Raises:
            NotFinite: at the end of the epoch in which a loss was not finite.
        """
        first = len(self.rows) + 1
        for epoch in fit(self.parts, self.task, self._epochs, first=first, autocast=self._autocast, tick=tick):
            self._train_seconds += epoch.train_seconds
            self.rows.append(_row(epoch))
            # What is kept: the last validation; of a test split the epoch that the validation chose.
            if self.parts.test is None:
                self._said = epoch.val_said
            elif self.best()["epoch"] == epoch.number:
                self._said = epoch.test_said
            yield self.rows[-1]

    def look_back(self, tick: Callable[[], None] = lambda: None) -> None:
        """Evaluate the training samples after the last epoch, as the validation's are: `summary` says what came out.

        Args:
            tick: called after every batch.

        Raises:
            NotFinite: a loss was not finite.
        """
        loss, said = evaluate(
            self.parts.model, self.task, self.parts.seen, len(self.rows), "final training", self._autocast, tick
        )
        metrics = self.task.metrics(self.task.predictions(said))
        self._seen = {"seen_loss": loss, **{f"seen_{name}": value for name, value in metrics.items()}}

    def state_dict(self) -> dict[str, Any]:
        """All that decides how the run goes on and what it will have measured; its tensors are the ones in use."""
        return {
            "components": self.parts.state_dict(),
            "said": None if self._said is None else {"outputs": self._said.outputs, "targets": self._said.targets},
            "rows": self.rows,
            "train_seconds": self._train_seconds,
        }

    def load_state_dict(self, state: Mapping[str, Any], epoch: int) -> None:
        """Go on from a state; where it is refused, this session is of no use any more.

        Args:
            state: as `state_dict` gave it.
            epoch: after which it was taken, counted from 1.

        Raises:
            ValueError: it is another epoch's. A state of another layout fails in nearly any way.
        """
        rows = list(state["rows"])
        if [row["epoch"] for row in rows] != list(range(1, epoch + 1)):
            raise ValueError(f"it has {len(rows)} rows of metrics, not those of {epoch} epochs")
        self.parts.load_state_dict(state["components"], epoch)
        self._said = Said(**{name: state["said"][name].to(self.parts.device) for name in ("outputs", "targets")})
        self.rows, self._train_seconds = rows, float(state["train_seconds"])

    def best(self) -> Row:
        """The row of the best epoch: the first one with the highest validation value of the task's metric."""
        return max(self.rows, key=lambda row: row[f"val_{self.task.metric}"])

    def summary(self) -> dict[str, Any]:
        """What is said once per run: sizes, the last epoch's metrics, the best epoch, seconds.

        Where there is a test split, its metrics are those of the best epoch, so that nothing is chosen on the test.
        """
        parts, last, best = self.parts, self.rows[-1], self.best()
        splits = {"train": parts.train, "val": parts.validation, "test": parts.test}
        sizes = {f"{name}_samples": len(part.split) for name, part in splits.items() if part is not None}
        summary = {
            "parameters": sum(parameter.numel() for parameter in parts.model.parameters()),
            **sizes,
            "classes": self._classes,
            "steps": len(self.rows) * len(parts.train),
            **{name: value for name, value in last.items() if name.startswith(("train_", "val_"))},
            **self._seen,
            "epochs": len(self.rows),
            f"best_val_{self.task.metric}": best[f"val_{self.task.metric}"],
            "best_epoch": best["epoch"],
            "seconds": sum(row["seconds"] for row in self.rows),
            "samples_per_second": sizes["train_samples"] * len(self.rows) / self._train_seconds,
        }
        if "test_loss" in best:
            summary["val_loss_at_best"] = best["val_loss"]
            summary |= {name: value for name, value in best.items() if name.startswith("test_")}
        return summary

    def predictions(self) -> dict[str, np.ndarray]:
        """Truth and prediction of every sample of the evaluation that counts, name -> (n, ...), in the data's order."""
        assert self._said is not None, "there was no epoch"
        return self.task.predictions(self._said)

    def tables(self) -> dict[str, Table]:
        """File name -> head and rows that follow from the predictions."""
        return self.task.tables(self.predictions())

    def filters(self) -> np.ndarray | None:
        """Weights of the model's first convolution, float32 (out, in, h, w); None where it has none."""
        for module in self.parts.model.modules():
            if isinstance(module, nn.Conv2d):
                weights: np.ndarray = module.weight.detach().float().cpu().contiguous().numpy()
                return weights
        return None


def _row(epoch: Epoch) -> Row:
    """A row of `metrics.csv`."""
    return {
        "epoch": epoch.number,
        "train_loss": epoch.train_loss,
        **{f"train_{name}": value for name, value in epoch.train_metrics.items()},
        "val_loss": epoch.val_loss,
        **{f"val_{name}": value for name, value in epoch.val_metrics.items()},
        **({} if epoch.test_loss is None else {"test_loss": epoch.test_loss}),
        **{f"test_{name}": value for name, value in epoch.test_metrics.items()},
        "learning_rate": epoch.learning_rate,
        "seconds": epoch.seconds,
        "samples_per_second": epoch.train_samples / epoch.train_seconds,
    }
