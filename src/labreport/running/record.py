"""The files of a run: spec, a row of metrics and a line per epoch, summary, tables, environment."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from labreport.artifacts.artifact import CODE, SPEC, key_of
from labreport.data.arrays import describe, save_array, save_arrays
from labreport.data.prepared import Prepared
from labreport.errors import ResultsError
from labreport.files import as_json
from labreport.machine.outcome import Failure, write_failure
from labreport.result_files import read_object, read_predictions, read_table
from labreport.running.environment import environment
from labreport.running.progress import clock
from labreport.steps.step import now
from labreport.store import ResultFolder, as_csv
from labreport.training.construction import build_task
from labreport.training.session import Row, Session

LOG = "train.log"
SUMMARY = "summary.json"
METRICS = "metrics.csv"
FILTERS = "filters.npy"
PREDICTIONS = "predictions.npz"
# What an entry of `resumed` says itself, in its own words.
OF_AN_ATTEMPT = frozenset({"device", "started", "finished"})


class RunRecord:
    """The files of one run, written as it goes on; `begin` or `resume` comes first.

    Args:
        folder: for the results.
        name: the experiment's, for messages.
        spec: the run's spec.
        code: definition -> digest, of all that the spec's `code` was taken of.
        device: what it is trained on.

    Attributes:
        listeners: each is called with every new row, such as a TensorBoard writer.
    """

    def __init__(
        self, folder: ResultFolder, name: str, spec: Mapping[str, Any], code: Mapping[str, str], device: torch.device
    ) -> None:
        self.listeners: list[Callable[[Row], None]] = []
        self.folder, self.name, self.spec, self.device = folder, name, spec, device
        self._code = code
        self._epochs: int = spec["training"]["epochs"]
        self._environment: dict[str, Any] = {}
        self._lines: list[str] = []

    def _here(self) -> dict[str, Any]:
        return environment(self.device, self.spec["training"].get("precision", "fp32"))

    def begin(self) -> None:
        """Start with no epoch."""
        self._environment = self._here()
        self._write_start()

    def resume(self, state: Mapping[str, Any], rows: list[Row]) -> None:
        """Go on after some epochs; what an attempt measured after them is measured again.

        The environment stays that of the first attempt; `resumed` has an entry for each other one, which says on what
        device it went on and whatever else differs, such as threads, torch or commit.

        Args:
            state: as `state_dict` gave it after those epochs.
            rows: of these epochs.

        Raises:
            ValueError: it is another epoch's; KeyError and TypeError where it is no state. Nothing has changed then.
        """
        lines, before = list(state["lines"]), state["environment"]
        if len(lines) != len(rows):
            raise ValueError(f"it has {len(lines)} lines of the log, not those of {len(rows)} epochs")
        here = self._here()
        again = {"epoch": len(rows), "at": now(), "device": here["device"]}
        again |= {name: here[name] for name in here if name not in OF_AN_ATTEMPT and here[name] != before.get(name)}
        self._environment = before | {"resumed": [*before.get("resumed", []), again]}
        self._lines = lines
        self._write_start()
        self._write_rows(rows)
        self.folder.write_text(LOG, "".join(f"{line}\n" for line in lines))

    def state_dict(self) -> dict[str, Any]:
        """What `resume` takes."""
        return {"lines": self._lines, "environment": self._environment}

    def fail(self, failure: Failure) -> None:
        """Say beside what was measured why there is no more of it."""
        write_failure(self.folder.out, failure)

    def _write_start(self) -> None:
        self.folder.clear()
        self.folder.write_json(SPEC, self.spec)
        self.folder.write_json(CODE, self._code)
        self.folder.write_json("environment.json", self._environment)

    def _write_rows(self, rows: list[Row]) -> None:
        self.folder.write_table(METRICS, list(rows[0]), [list(row.values()) for row in rows])

    def epoch(self, rows: list[Row], metrics: tuple[str, ...]) -> str:
        """Write what an epoch measured to `metrics.csv` and `train.log`.

        Args:
            rows: of all epochs by now.
            metrics: what is counted beside the loss.

        Returns:
            The line of `train.log`.
        """
        self._write_rows(rows)
        line = self._line(rows, metrics)
        self._lines.append(line)
        self.folder.append_line(LOG, line)
        for listener in self.listeners:
            listener(rows[-1])
        return line

    def _line(self, rows: list[Row], metrics: tuple[str, ...]) -> str:
        row = rows[-1]
        parts = [
            f"{split} loss {row[f'{split}_loss']:.4f}"
            + "".join(f" {name} {row[f'{split}_{name}']:.4f}" for name in metrics)
            for split in ("train", "val", "test")
            if f"{split}_loss" in row
        ]
        left = sum(one["seconds"] for one in rows) / len(rows) * (self._epochs - row["epoch"])
        pace = f"{row['seconds']:.1f} s, {row['samples_per_second']:.0f} samples/s, {clock(left)} left"
        return f"epoch {row['epoch']:>{len(str(self._epochs))}}/{self._epochs}  {'  '.join(parts)}  {pace}"

    def finish(self, session: Session, prepared: Prepared) -> None:
        """Write summary, predictions, tables, filters, what the data were and the end's time; the run is complete."""
        facts = {"experiment": self.name, "seed": self.spec["seed"], "key": key_of("train", self.spec)}
        filters = session.filters()
        if filters is not None:
            save_array(self.folder.part / FILTERS, filters)
        self.folder.write_json(SUMMARY, {**facts, **session.summary()})
        self.folder.write_json("dataset.json", describe(prepared))
        save_arrays(self.folder.part / PREDICTIONS, session.predictions())
        for name, (head, rows) in session.tables().items():
            self.folder.write_table(name, head, rows)
        self.folder.write_json("environment.json", self._environment | {"finished": now()})
        self.folder.finish()


def derived(folder: Path, spec: Mapping[str, Any]) -> dict[str, str]:
    """The files of a finished run that follow from its predictions: the tables, the epochs, and the summary of these.

    Args:
        folder: of the run.
        spec: its own.

    Returns:
        File name -> the text that it has where it fits.

    Raises:
        ResultsError: the summary, the epochs or the predictions cannot be read, or these contradict themselves.
    """
    summary = read_object(folder / SUMMARY, ("classes", "val_samples"))
    predictions = _classified(folder / PREDICTIONS, len(summary["classes"]))
    task = build_task(spec["task"]["target"], summary["classes"], spec["training"]["loss"])
    split = "test" if "test_samples" in summary else "val"
    told = {f"{split}_{name}": value for name, value in task.metrics(predictions).items()}
    epochs, found = _of_epochs(folder / METRICS, f"val_{task.metric}", split, told)
    found |= {f"{split}_samples": len(predictions["true"])}
    # Other processors and libraries may sum in another order.
    unlike = {name: value for name, value in found.items() if not math.isclose(summary.get(name, math.nan), value)}
    tables = {name: as_csv(*table) for name, table in task.tables(predictions).items()}
    return {METRICS: epochs, SUMMARY: as_json(summary | unlike), **tables}


def _classified(path: Path, classes: int) -> dict[str, np.ndarray]:
    """The predictions of a run; of one that tells classes apart, each is one of them, and the most probable."""
    found = read_predictions(path)
    if classes:
        sure, told = found["probabilities"], found["predicted"]
        if max(told.max(), found["true"].max()) >= classes:
            raise ResultsError(f"{path}: holds a class beyond the {classes} of the run")
        if unlike := int((sure[np.arange(len(sure)), told] < sure.max(1)).sum()):
            raise ResultsError(f"{path}: the predicted class of {unlike} samples is not the most probable one")
    return found


def _of_epochs(path: Path, metric: str, split: str, told: Mapping[str, float]) -> tuple[str, dict[str, float]]:
    """The epochs with what predictions tell of theirs, and what a summary says of the last epoch and of the best one.

    Predictions of the validation are those of the last epoch, predictions of a test split those of the best one.
    """
    rows = read_table(path, ("epoch", metric, *told))
    best = int(rows[metric].argmax())
    place = best if split == "test" else len(rows) - 1
    text, head = path.read_text(encoding="utf-8").splitlines(keepends=True), list(rows)
    for name, value in told.items():
        if not math.isclose(rows[name].iloc[place], value):
            cells = text[place + 1].rstrip("\n").split(",")
            cells[head.index(name)] = repr(value)
            text[place + 1] = ",".join(cells) + "\n"
    measured = rows.filter(regex="^(train|val)_").iloc[-1]
    if split == "test":
        measured = pd.concat([measured, rows.filter(regex="^test_").iloc[best]])
        measured["val_loss_at_best"] = rows["val_loss"].iloc[best]
    last = {str(name): float(value) for name, value in measured.dropna().items()}
    chosen = {f"best_{metric}": float(rows[metric].iloc[best]), "best_epoch": int(rows["epoch"].iloc[best])}
    return "".join(text), {**last, **chosen, "epochs": len(rows), **told}
