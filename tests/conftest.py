"""Fabricated runs in the files of `docs/architecture.md`, for whatever is made from results."""

from __future__ import annotations

import hashlib
import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from labreport.files import write_json

CIFAR10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SEEDS = (3, 7, 12)  # as somebody may choose them
MODEL = {"width": 64}


def samples_of(place: int) -> int:
    """How many samples the class at a place is tested on; no two classes have as many."""
    return 60 + 10 * place


def generator(experiment: str, seed: int) -> np.random.Generator:
    """Two experiments with the same settings are not the same numbers."""
    return np.random.default_rng([seed, zlib.crc32(experiment.encode())])


def curve(epochs: int, best: float, rng: np.random.Generator) -> pd.DataFrame:
    """Losses that fall and accuracies that rise to about `best`."""
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
    """(classes, classes) counts, rows are true classes."""
    n = len(classes)
    rows = []
    for true in range(n):
        chance = np.full(n, (1 - accuracy) / (n - 1))
        chance[true] = accuracy
        rows.append(rng.multinomial(samples_of(true), chance))
    return np.array(rows)


def probabilities_of(predicted: np.ndarray, classes: int, rng: np.random.Generator) -> np.ndarray:
    """float16 (n, classes): more than the others, up to nearly 1, for the predicted class; the rest in equal shares."""
    top = rng.uniform(1.2 / classes, 0.999, len(predicted))
    found = np.repeat(((1 - top) / (classes - 1))[:, None], classes, axis=1)
    found[np.arange(len(predicted)), predicted] = top
    return found.astype(np.float16)


def write_run(
    folder: Path, experiment: str, seed: int, *, classes: tuple[str, ...], epochs: int, best: float, **training: Any
) -> None:
    """All files of a finished run; its last validation accuracy, per-class table and confusion agree.

    Of three epochs or more the last but one is the best.
    """
    folder.mkdir(parents=True)
    rng = generator(experiment, seed)
    counts = confusion_counts(classes, best, rng)
    metrics = curve(epochs, best, rng)
    val_samples = int(counts.sum())
    last = counts.trace() / val_samples
    metrics.loc[metrics.index[-1], "val_accuracy"] = last
    if epochs > 2:
        metrics.loc[metrics.index[-2], "val_accuracy"] = min(1.0, last + 0.03)
    metrics = metrics.assign(learning_rate=0.001, seconds=2.5 + 0.1 * metrics["epoch"], samples_per_second=400.0)
    metrics.to_csv(folder / "metrics.csv", index=False)
    last = metrics.iloc[-1]
    best_row = int(metrics["val_accuracy"].to_numpy().argmax())
    summary = {
        "experiment": experiment,
        "seed": seed,
        "key": folder.name,
        "epochs": epochs,
        "parameters": 21_282_122 + len(experiment),
        "train_samples": 50_000,
        "val_samples": val_samples,
        "classes": list(classes),
        **{name: float(last[name]) for name in ("train_loss", "train_accuracy", "val_loss", "val_accuracy")},
        **{f"seen_{name}": float(last[f"train_{name}"]) for name in ("loss", "accuracy")},
        "best_val_accuracy": float(metrics["val_accuracy"].iloc[best_row]),
        "best_epoch": best_row + 1,
        "seconds": float(metrics["seconds"].sum()) + seed,
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
        "precision": "fp32",
        "threads": 2,
        "git_commit": "0123456789abcdef0123456789abcdef01234567",
        "git_dirty": seed != SEEDS[0],
        "started": "2026-01-01T00:00:00Z",
        "finished": "2026-01-01T00:01:00Z",
    }
    optimizer = training.pop("optimizer", {"name": "Adam"})
    spec = {
        "task": {"name": "classification", "target": "labreport.training.classification:Classification"},
        "model": {"target": "labreport.models.resnet:ResNet34", "parameters": training.pop("model", MODEL)},
        "data": {"dataset": "cifar10", "key": "d" * 16},
        "training": {
            "epochs": epochs,
            "batch_size": 128,
            "learning_rate": 0.001,
            "optimizer": optimizer,
            "loss": {"name": "cross_entropy"},
            **training,
        },
        "seed": seed,
        "code": "0" * 16,
    }
    each = counts.sum(axis=1).tolist()
    dataset = {"dataset": "cifar10", "classes": list(classes), "train_counts": each, "test_counts": each}
    written = {"summary": summary, "environment": environment, "spec": spec, "dataset": dataset}
    for name, value in written.items():
        write_json(folder / f"{name}.json", value)
    frame = {"class": classes, "samples": counts.sum(axis=1), "correct": np.diag(counts)}
    per_class = pd.DataFrame(frame)
    per_class.assign(accuracy=per_class["correct"] / per_class["samples"]).to_csv(folder / "per_class.csv", index=False)
    pairs = [(t, p, counts[i, j]) for i, t in enumerate(classes) for j, p in enumerate(classes)]
    pd.DataFrame(pairs, columns=["true", "predicted", "count"]).to_csv(folder / "confusion.csv", index=False)
    true, predicted = (np.repeat(side.ravel(), counts.ravel()).astype(np.uint8) for side in np.indices(counts.shape))
    probabilities = probabilities_of(predicted, len(classes), rng)
    np.savez(folder / "predictions.npz", true=true, predicted=predicted, probabilities=probabilities)


def made_once(folder: Path, tests: Path, make: Callable[..., None], *about: Any, **settings: Any) -> None:
    """`make(folder, *about, **settings)`; all tests below the folder `tests` that ask the same get copies of one."""
    asked = hashlib.sha256(repr((make.__name__, about, settings)).encode()).hexdigest()
    kept = tests / "fabricated" / asked[:16] / folder.name
    if not kept.is_dir():
        make(kept, *about, **settings)
    shutil.copytree(kept, folder, copy_function=shutil.copyfile)


@pytest.fixture
def run_folder(tmp_path: Path) -> Callable[..., Path]:
    """`run_folder("mycnn", seed=7, epochs=4)` -> the folder of a fabricated finished run."""

    def make(
        experiment: str,
        seed: int,
        *,
        classes: tuple[str, ...] = CIFAR10,
        epochs: int = 6,
        best: float = 0.8,
        **training: Any,
    ) -> Path:
        folder = tmp_path / "results" / "runs" / experiment / f"{seed:04d}{experiment:0<12}"
        about = {"classes": classes, "epochs": epochs, "best": best, **training}
        made_once(folder, tmp_path.parent, write_run, experiment, seed, **about)
        return folder

    return make


def kind_of(target: str) -> Any:
    """The kind that a module is; None where it is none."""
    from labreport.claims.registry import KINDS as CLAIMS
    from labreport.figures.registry import KINDS as FIGURES
    from labreport.tables.registry import KINDS as TABLES

    known = (*FIGURES.values(), *TABLES.values(), *CLAIMS.values())
    return next((kind for kind in known if kind.target == target), None)


def runs_of(folders: dict[int, Path]) -> list[dict[str, Any]]:
    """The runs of an experiment as a spec names them; in no order, since none is promised."""
    return [{"seed": seed, "key": folder.name, "path": str(folder)} for seed, folder in reversed(folders.items())]


@pytest.fixture
def report_spec(tmp_path: Path, run_folder: Callable[..., Path]) -> Callable[..., dict[str, Any]]:
    """`report_spec(target, options, experiments={"mycnn": {"best": 0.8}}, seeds=2)` -> the spec of an item.

    Beside how its runs were trained an experiment may state its `title` and its `failures`. The spec holds what
    planning gives to an item of that kind; where the target is none, all that it gives to any.
    """

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
        from labreport.artifacts.graph import NAMING

        kind, entries = kind_of(target), {}
        for name, settings in experiments.items():
            said = {key: settings[key] for key in ("title", "failures") if key in settings}
            trained = {key: value for key, value in settings.items() if key not in said}
            folders = {seed: run_folder(name, seed, **trained) for seed in SEEDS[:seeds]}
            published = tmp_path / f"{name}.csv"
            rng = generator(f"{name}, published", 0)
            curve(trained.get("epochs", 6), 0.82, rng).to_csv(published, index=False)
            entries[name] = {
                "part": "images",
                "dataset": "cifar10",
                "base": "cifar10",
                "published": {"val_accuracy": 0.8442, "seconds": 868.96},
                "as_published": scale == "full",
                "curve": str(published) if curves and (kind is None or kind.curves) else None,
                **({"model": trained.get("model", MODEL)} if kind is None or kind.models else {}),
                "runs": runs_of(folders) if kind is None or kind.of_runs else [],
                **said,
            }
        return {
            "name": "some_name",
            "kind": target.rpartition(".")[2],
            "report": "practice1",
            "lang": lang,
            "scale": scale,
            "source": "sample" if scale == "demo" else "archive",
            "target": target,
            "options": options,
            "naming": [key for key, role in (kind.roles if kind else {}).items() if role in NAMING and key in options],
            "code": "0" * 16,
            "experiments": entries,
            "data": {},
            "measurements": {},
        }

    return make


@pytest.fixture
def cost_folder(tmp_path: Path) -> Path:
    """The folder of a fabricated measurement of an LSTM layer's cost; the fastest is not the first."""
    folder = tmp_path / "results" / "measurements" / "lstm_cost" / "key"
    folder.mkdir(parents=True)
    pd.DataFrame(
        {
            "implementation": ["own", "packaged"],
            "milliseconds": [163.5, 41.25],
            "milliseconds_low": [160.0, 40.0],
            "milliseconds_high": [171.0, 43.0],
            "operations": [9300, 610],
            "operations_per_step": [31.0, 2.0333],
            "repeats": [5, 5],
            "batch_size": [64, 64],
            "length": [300, 300],
        }
    ).to_csv(folder / "measurement.csv", index=False)
    return folder


@pytest.fixture
def approved() -> Callable[[str, str], None]:
    """`approved("tables/approved/en.md", text)`: it is what somebody read and found right.

    With LABREPORT_APPROVE in the environment the file is written instead, for `git diff` to show.
    """

    def check(file: str, text: str) -> None:
        path = Path(__file__).parent / file
        if os.environ.get("LABREPORT_APPROVE"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text.splitlines() == path.read_text(encoding="utf-8").splitlines()

    return check
