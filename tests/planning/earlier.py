"""Finished and stopped runs of a plan, as their folders tell them, for whatever compares with earlier ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from labreport.planning import code
from labreport.planning.keys import prepared_identity, run_roots
from labreport.planning.plan import Plan, Run

NUMBERS = {"train_samples": 1000, "seconds": 120.0}


def write(path: Path, value: Any) -> None:
    """Write a JSON file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")


def leave(plan: Plan, run: Run, *, finished: str = "2026-01-01T00:00:00+00:00", **summary: Any) -> Path:
    """Leave a finished run with its prepared data and word vectors where they belong."""
    folder = plan.root / run.folder
    write(folder / "spec.json", run.spec)
    write(folder / "code.json", code.meanings(run_roots(run.spec)))
    write(folder / "summary.json", {"epochs": run.spec["training"]["epochs"], **NUMBERS, **summary})
    write(folder / "environment.json", {"device": "Test CPU", "device_type": "cpu", "finished": finished})
    (folder / "SHA256SUMS").touch()
    write(plan.root / run.data.file("dataset.json"), {"spec": prepared_identity(run.data.spec), "train_samples": 1000})
    if run.vectors:
        write(plan.root / run.vectors.file("spec.json"), run.vectors.spec)
        (plan.root / run.vectors.file("SHA256SUMS")).touch()
    return folder


def checkpoint(plan: Plan, run: Run, epoch: int) -> Path:
    """Leave the checkpoint of an epoch."""
    path = plan.root / f"results/checkpoints/{run.address}/{epoch}-{'ab' * 8}.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def outcome(plan: Plan, run: Run, status: str, message: str = "") -> None:
    """Write down what came of an attempt at a run."""
    write(plan.root / run.outcome, {"status": status, "message": message, "at": "2026-01-01T00:00:00+00:00"})
