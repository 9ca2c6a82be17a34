"""Fabricated runs in the files of `docs/architecture.md`, for whatever is made from results."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

CIFAR10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
PER_CLASS_SAMPLES = 100


def curve(epochs: int, best: float, seed: int) -> pd.DataFrame:
    """Losses that fall and accuracies that rise to about `best`, different for each seed."""
    rng = np.random.default_rng(seed)
    epoch = np.arange(1, epochs + 1)
    rise = 1 - np.exp(-epoch / 3)
    noise = rng.normal(0, 0.01, (4, epochs))
    return pd.DataFrame(
        {
            "epoch": epoch,
            "train_loss": 2.3 * (1 - 0.9 * rise) + np.abs(noise[0]),
            "train_accuracy": np.clip(0.1 + (best + 0.04) * rise + noise[1], 0, 1),
            "val_loss": 2.3 * (1 - 0.7 * rise) + np.abs(noise[2]),
            "val_accuracy": np.clip(0.1 + (best - 0.1) * rise + noise[3], 0, 1),
        }
    )


def confusion_counts(classes: tuple[str, ...], accuracy: float, rng: np.random.Generator) -> np.ndarray:
    """(classes, classes) counts, rows are true classes, `PER_CLASS_SAMPLES` in each."""
    n = len(classes)
    rows = []
    for true in range(n):
        chance = np.full(n, (1 - accuracy) / (n - 1))
        chance[true] = accuracy
        rows.append(rng.multinomial(PER_CLASS_SAMPLES, chance))
    return np.array(rows)


def write_run(
    folder: Path, experiment: str, seed: int, *, classes: tuple[str, ...], epochs: int, best: float, **training: Any
) -> None:
    """All files of a finished run; its last validation accuracy, per-class table and confusion agree."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    counts = confusion_counts(classes, best, rng)
    metrics = curve(epochs, best, seed)
    val_samples = int(counts.sum())
    metrics.loc[metrics.index[-1], "val_accuracy"] = counts.trace() / val_samples
    metrics = metrics.assign(learning_rate=0.001, seconds=2.5, samples_per_second=400.0)
    metrics.to_csv(folder / "metrics.csv", index=False)
    last = metrics.iloc[-1]
    best_row = int(metrics["val_accuracy"].to_numpy().argmax())
    summary = {
        "experiment": experiment,
        "seed": seed,
        "key": folder.name,
        "epochs": epochs,
        "parameters": 21_282_122 + len(experiment),
        "train_samples": 1000,
        "val_samples": val_samples,
        "classes": list(classes),
        **{name: float(last[name]) for name in ("train_loss", "train_accuracy", "val_loss", "val_accuracy")},
        "best_val_accuracy": float(metrics["val_accuracy"].iloc[best_row]),
        "best_epoch": best_row + 1,
        "seconds": 2.5 * epochs + seed,
        "samples_per_second": 400.0,
        "steps": 20 * epochs,
    }
    environment = {
        "python": "3.11.9",
        "torch": "2.13.0",
        "torchvision": "0.28.0",
        "numpy": "2.3.0",
        "pandas": "3.0.0",
        "cuda": None,
        "device": "Test CPU",
        "device_type": "cpu",
        "threads": 2,
        "git_commit": "0123456789abcdef0123456789abcdef01234567",
        "git_dirty": seed > 0,
        "started": "2026-01-01T00:00:00Z",
        "finished": "2026-01-01T00:01:00Z",
    }
    optimizer = training.pop("optimizer", {"name": "Adam", "parameters": {}})
    spec = {
        "task": {"name": "classification", "target": "labreport.training.classification:Classification"},
        "model": {"target": "labreport.models.resnet:ResNet34", "parameters": {"width": 64}},
        "data": {"dataset": "cifar10", "key": "d" * 16},
        "training": {
            "epochs": epochs,
            "batch_size": 128,
            "learning_rate": 0.001,
            "optimizer": optimizer,
            "loss": {"name": "cross_entropy", "parameters": {}},
            "normalize": None,
            "augment": [],
            "precision": "fp32",
            **training,
        },
        "seed": seed,
        "code": "0" * 16,
    }
    for name, value in (("summary", summary), ("environment", environment), ("spec", spec)):
        (folder / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    frame = {"class": classes, "samples": counts.sum(axis=1), "correct": np.diag(counts)}
    per_class = pd.DataFrame(frame)
    per_class.assign(accuracy=per_class["correct"] / per_class["samples"]).to_csv(folder / "per_class.csv", index=False)
    pairs = [(t, p, counts[i, j]) for i, t in enumerate(classes) for j, p in enumerate(classes)]
    pd.DataFrame(pairs, columns=["true", "predicted", "count"]).to_csv(folder / "confusion.csv", index=False)


@pytest.fixture
def run_folder(tmp_path: Path) -> Callable[..., Path]:
    """`run_folder("mycnn", seed=0, epochs=4)` -> the folder of a fabricated finished run."""

    def make(
        experiment: str,
        seed: int = 0,
        *,
        classes: tuple[str, ...] = CIFAR10,
        epochs: int = 6,
        best: float = 0.8,
        **training: Any,
    ) -> Path:
        folder = tmp_path / "results" / "runs" / experiment / f"{seed:04d}{experiment:0<12}"
        write_run(folder, experiment, seed, classes=classes, epochs=epochs, best=best, **training)
        return folder

    return make


@pytest.fixture
def report_spec(tmp_path: Path, run_folder: Callable[..., Path]) -> Callable[..., dict[str, Any]]:
    """`report_spec(target, options, experiments={"mycnn": {"best": 0.8}}, seeds=2)` -> the spec of a step."""

    def make(
        target: str,
        options: dict[str, Any],
        experiments: dict[str, dict[str, Any]],
        *,
        seeds: int = 1,
        scale: str = "full",
        lang: str = "en",
        curves: bool = True,
    ) -> dict[str, Any]:
        entries = {}
        for name, settings in experiments.items():
            folders = [run_folder(name, seed, **settings) for seed in range(seeds)]
            published = tmp_path / f"{name}.csv"
            curve(settings.get("epochs", 6), 0.82, 99).to_csv(published, index=False)
            entries[name] = {
                "part": "images",
                "dataset": "cifar10",
                "settings": {},
                "published": {"val_accuracy": 0.8442, "seconds": 868.96},
                "as_published": scale == "full",
                "curve": str(published) if curves else None,
                "runs": [
                    {"seed": s, "key": f.name, "path": str(f), "outcome": f"{f}.json"} for s, f in enumerate(folders)
                ],
            }
        return {
            "name": "some_name",
            "report": "practice1",
            "lang": lang,
            "scale": scale,
            "source": "sample" if scale == "demo" else "archive",
            "target": target,
            "options": options,
            "code": "0" * 16,
            "experiments": entries,
            "data": {},
            "measurements": {},
        }

    return make


@pytest.fixture
def cost_folder(tmp_path: Path) -> Path:
    """The folder of a fabricated measurement of an LSTM layer's cost."""
    folder = tmp_path / "results" / "measurements" / "lstm_cost" / "key"
    folder.mkdir(parents=True)
    pd.DataFrame(
        {
            "implementation": ["packaged", "own"],
            "milliseconds": [41.25, 163.5],
            "milliseconds_low": [40.0, 160.0],
            "milliseconds_high": [43.0, 171.0],
            "operations": [610, 9300],
            "operations_per_step": [2.0333, 31.0],
            "repeats": [5, 5],
            "batch_size": [64, 64],
            "length": [300, 300],
        }
    ).to_csv(folder / "measurement.csv", index=False)
    return folder
