"""What a run leaves: spec, a row of metrics and a line per epoch, summary, tables, environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from labreport.data.arrays import save_array
from labreport.files import FAILURE
from labreport.training.environment import environment, now
from labreport.training.folder import ResultFolder
from labreport.training.loop import Epoch
from labreport.training.progress import clock

LOG = "train.log"
# What an entry of `resumed` says itself, in its own words.
OF_AN_ATTEMPT = frozenset({"device", "started", "finished"})


class RunRecord:
    """The files of one run, written as it goes on; `begin` or `resume` comes first.

    Args:
        folder: for the results.
        spec: the run's spec.
        code: module -> digest of its meaning, of all that the spec's `code` was taken of.
        device: what it is trained on.

    Attributes:
        rows: the rows of `metrics.csv`.
        listeners: each is called with every new row, such as a TensorBoard writer.
    """

    def __init__(
        self, folder: ResultFolder, spec: Mapping[str, Any], code: Mapping[str, str], device: torch.device
    ) -> None:
        self.rows: list[dict[str, Any]] = []
        self.listeners: list[Callable[[dict[str, Any]], None]] = []
        self._folder = folder
        self._spec = spec
        self._code = code
        self._epochs = spec["training"]["epochs"]
        self._device = device
        self._environment: dict[str, Any] = {}
        self._lines: list[str] = []
        self._train_seconds = 0.0

    def begin(self) -> None:
        """Start with no epoch; what another attempt measured is put aside."""
        self._environment = environment(self._device)
        self._folder.begin()
        self._write_start()

    def resume(self, state: Mapping[str, Any], epoch: int) -> None:
        """Go on after an epoch; what an attempt measured after it is measured again.

        The environment stays that of the first attempt; `resumed` has an entry for each other one, which says on what
        device it went on and whatever else differs, such as threads, torch or commit.

        Args:
            state: as `state_dict` gave it after that epoch.
            epoch: counted from 1.

        Raises:
            ValueError: it is another epoch's; KeyError and TypeError where it is no state. Nothing has changed then.
        """
        rows, lines, seconds, before = (state[name] for name in ("rows", "lines", "train_seconds", "environment"))
        if [row["epoch"] for row in rows] != list(range(1, epoch + 1)) or len(lines) != epoch:
            raise ValueError(f"it has {len(rows)} rows of metrics, not those of {epoch} epochs")
        here = environment(self._device)
        again = {"epoch": epoch, "at": now(), "device": here["device"]}
        again |= {name: here[name] for name in here if name not in OF_AN_ATTEMPT and here[name] != before.get(name)}
        self._environment = before | {"resumed": [*before.get("resumed", []), again]}
        self.rows, self._lines, self._train_seconds = list(rows), list(lines), seconds
        self._folder.clear()
        self._write_start()
        self._write_rows()
        self._folder.write_text(LOG, "".join(f"{line}\n" for line in self._lines))

    def state_dict(self) -> dict[str, Any]:
        """What `resume` takes."""
        return {
            "rows": self.rows,
            "lines": self._lines,
            "train_seconds": self._train_seconds,
            "environment": self._environment,
        }

    @property
    def part(self) -> Path:
        """Where what was measured stays if the run stops."""
        return self._folder.part

    def fail(self, reason: str) -> None:
        """Say beside what was measured why there is no more of it."""
        self._folder.write_text(FAILURE, f"{reason}\n")

    def _write_start(self) -> None:
        self._folder.write_json("spec.json", self._spec)
        self._folder.write_json("code.json", self._code)
        self._folder.write_json("environment.json", self._environment)

    def _write_rows(self) -> None:
        self._folder.write_table("metrics.csv", list(self.rows[0]), [list(row.values()) for row in self.rows])

    def epoch(self, epoch: Epoch) -> str:
        """Add an epoch to `metrics.csv` and `train.log`.

        Returns:
            The line of `train.log`.
        """
        self._train_seconds += epoch.train_seconds
        row = {
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
        self.rows.append(row)
        self._write_rows()
        line = self._line(epoch, row)
        self._lines.append(line)
        self._folder.append_line(LOG, line)
        for listener in self.listeners:
            listener(row)
        return line

    def _line(self, epoch: Epoch, row: Mapping[str, Any]) -> str:
        metrics = [
            f"{split} loss {row[f'{split}_loss']:.4f}"
            + "".join(f" {name} {row[f'{split}_{name}']:.4f}" for name in epoch.val_metrics)
            for split in ("train", "val", *(() if epoch.test_loss is None else ("test",)))
        ]
        left = sum(row["seconds"] for row in self.rows) / len(self.rows) * (self._epochs - epoch.number)
        pace = f"{row['seconds']:.1f} s, {row['samples_per_second']:.0f} samples/s, {clock(left)} left"
        return f"epoch {epoch.number:>{len(str(self._epochs))}}/{self._epochs}  {'  '.join(metrics)}  {pace}"

    def array(self, name: str, values: np.ndarray) -> None:
        """Keep an array, such as weights of the trained model, in NumPy's format."""
        save_array(self.part / name, values)

    def best(self, metric: str) -> dict[str, Any]:
        """The row of the best epoch: the first one with the highest validation value of a metric."""
        return max(self.rows, key=lambda row: row[f"val_{metric}"])

    def finish(self, facts: Mapping[str, Any], metric: str, tables: Mapping[str, Any]) -> None:
        """Write summary, tables and the end's time; the run is complete.

        Args:
            facts: what the summary says beside the metrics; `train_samples` is one of them.
            metric: the metric whose best validation value counts, higher being better; where there is a test split,
                the summary's `test_*` are those of that epoch, so that nothing is chosen on the test.
            tables: file name -> head and rows.
        """
        last = self.rows[-1]
        best = self.best(metric)
        kept = {name: value for name, value in last.items() if name.startswith(("train_", "val_"))}
        summary = {
            **facts,
            **kept,
            "epochs": len(self.rows),
            f"best_val_{metric}": best[f"val_{metric}"],
            "best_epoch": best["epoch"],
            "seconds": sum(row["seconds"] for row in self.rows),
            "samples_per_second": facts["train_samples"] * len(self.rows) / self._train_seconds,
        }
        if "test_loss" in best:
            summary["val_loss_at_best"] = best["val_loss"]
            summary |= {name: value for name, value in best.items() if name.startswith("test_")}
        self._folder.write_json("summary.json", summary)
        for name, (head, rows) in tables.items():
            self._folder.write_table(name, head, rows)
        self._folder.write_json("environment.json", self._environment | {"finished": now()})
        self._folder.finish()
