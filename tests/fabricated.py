"""Fabricated runs of pairs, and prepared data, for whatever is made from results; runs of classes are in conftest."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.stats

from labreport.data.arrays import save
from labreport.data.prepared import Prepared
from labreport.data.variants import apply
from labreport.files import write_json
from tests.conftest import SEEDS, generator, made_once, runs_of

SIZES = {"train": 120, "dev": 60, "test": 80}
LONGTAIL = {"name": "longtail", "classes": [0, 1, 2, 3, 4], "keep": 0.1, "seed": 0}
BALANCE = {"name": "balance", "flip": True, "noise_sigma": 0.05, "seed": 0}


def pairs_frames(epochs: int, noise: float, rng: np.random.Generator) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """`metrics.csv` and `predictions.npz` of a run: correlations of scores and noisy predictions, taken by SciPy.

    The last epoch is a bad one.
    """
    rows, predictions = [], []
    for epoch in range(1, epochs + 1):
        row: dict[str, float] = {"epoch": epoch}
        more = noise + (4 / epoch if epoch < epochs else 3)
        for split, size in zip(("train", "val", "test"), SIZES.values(), strict=True):
            score = np.random.default_rng(size).uniform(0, 5, size)  # of one data set, whatever the run
            predicted = np.clip(score + rng.normal(0, more, size), 0, 5)
            row[f"{split}_loss"] = float(np.mean((score - predicted) ** 2))
            row[f"{split}_pearson"] = float(scipy.stats.pearsonr(score, predicted).statistic)
            row[f"{split}_spearman"] = float(scipy.stats.spearmanr(score, predicted).statistic)
        predictions.append({"true": score, "predicted": predicted})
        rows.append(row | {"learning_rate": 0.001, "seconds": 1.5, "samples_per_second": 80.0})
    metrics = pd.DataFrame(rows)
    return metrics, predictions[int(metrics["val_pearson"].to_numpy().argmax())]


def write_pairs_run(folder: Path, experiment: str, seed: int, *, epochs: int = 5, noise: float = 1.0) -> None:
    """All files of a finished run of pairs that figures, tables and claims read."""
    folder.mkdir(parents=True)
    metrics, predictions = pairs_frames(epochs, noise, generator(experiment, seed))
    metrics.to_csv(folder / "metrics.csv", index=False)
    np.savez(folder / "predictions.npz", **predictions)
    last, best = metrics.iloc[-1], metrics.iloc[int(metrics["val_pearson"].to_numpy().argmax())]
    summary = {
        "experiment": experiment,
        "seed": seed,
        "key": folder.name,
        "epochs": epochs,
        "parameters": 91_234,
        **{f"{split}_samples": SIZES[name] for split, name in (("train", "train"), ("val", "dev"), ("test", "test"))},
        "classes": [],
        **{name: float(last[name]) for name in metrics if name.startswith(("train_", "val_"))},
        **{name.replace("train", "seen"): float(last[name]) for name in metrics if name.startswith("train_")},
        **{name: float(best[name]) for name in metrics if name.startswith("test_")},
        "val_loss_at_best": float(best["val_loss"]),
        "best_val_pearson": float(best["val_pearson"]),
        "best_epoch": int(best["epoch"]),
        "seconds": 1.5 * epochs,
        "samples_per_second": 80.0,
        "steps": 4 * epochs,
    }
    environment = {
        "python": "3.11.9",
        "torch": "2.13.0",
        "device": "Test CPU",
        "precision": "fp32",
        "threads": 2,
        "git_commit": "0123456789abcdef0123456789abcdef01234567",
        "git_dirty": False,
        "started": "2026-01-01T00:00:00Z",
        "finished": "2026-01-01T00:02:00Z",
    }
    spec = {
        "task": {"name": "similarity", "target": "labreport.training.similarity:Similarity"},
        "model": {"target": "labreport.models.siamese:SiameseLSTM", "parameters": {"hidden": 64}},
        "data": {"dataset": "stsb", "key": "e" * 16},
        "vectors": {"key": "f" * 16},
        "training": {
            "epochs": epochs,
            "batch_size": 64,
            "learning_rate": 0.001,
            "optimizer": {"name": "RMSprop"},
            "loss": {"name": "mse_loss"},
            "schedule": {"name": "ReduceLROnPlateau", "parameters": {"patience": 20, "factor": 0.1}},
        },
        "seed": seed,
        "code": "0" * 16,
    }
    for name, value in (("summary", summary), ("environment", environment), ("spec", spec)):
        write_json(folder / f"{name}.json", value)


def add_pairs(spec: dict[str, Any], root: Path, experiment: str, *, seeds: int = 1, **settings: Any) -> None:
    """Put an experiment of pairs into the spec of a step; its runs lie under `root`."""
    published = settings.pop("published", {"test_loss": 2.33, "test_pearson": 0.48})
    said = {key: settings.pop(key) for key in ("title", "failures") if key in settings}
    runs = root / "results" / "runs" / experiment
    folders = {seed: runs / f"{seed:04d}{experiment:0<12}" for seed in SEEDS[:seeds]}
    for seed, folder in folders.items():
        made_once(folder, root.parent, write_pairs_run, experiment, seed, **settings)
    vectors = {"name": "word2vec", "dimensions": 100, "window": 5, "epochs": 5, "seed": 0}
    spec["experiments"][experiment] = {
        "part": "similarity",
        "dataset": "stsb",
        "base": "stsb",
        "model": {"hidden": 64},
        "vectors": vectors,
        "published": published,
        "as_published": spec["scale"] == "full",
        "curve": None,
        "runs": runs_of(folders),
        **said,
    }


def add_images(spec: dict[str, Any], root: Path, name: str, classes: list[str], *variants: dict[str, Any]) -> Prepared:
    """Put prepared images into the spec of an item: 40 to train on of the first class, of each next one 10 more, and a
    tenth of them to test on."""
    numbers = np.arange(len(classes), dtype=np.uint8)
    labels, tests = (np.repeat(numbers, size * (4 + numbers)) for size in (10, 1))
    images = np.zeros((len(labels), 3, 4, 4), np.uint8), np.zeros((len(tests), 3, 4, 4), np.uint8)
    about = {"variants": list(variants)} if variants else {}
    prepared = apply(Prepared(name, classes, images[0], labels, images[1], tests, spec=about), variants)
    _add_data(spec, root, name, prepared, classes, variants)
    return prepared


def add_sentences(spec: dict[str, Any], root: Path, name: str = "stsb") -> Prepared:
    """Put prepared pairs into the spec of a step."""
    arrays: dict[str, Any] = {}
    for split, size in SIZES.items():
        arrays |= {
            f"{split}_inputs": np.ones((size, 2, 7), np.int32),
            f"{split}_labels": np.zeros(size, np.float32),
            f"{split}_lengths": np.full((size, 2), 7, np.int32),
        }
    unknown = {
        split: {"tokens": 14 * size, "unknown": size // 4 + place} for place, (split, size) in enumerate(SIZES.items())
    }
    prepared = Prepared(name, [], **arrays, vocabulary=["<pad>", "<unk>", "a", "b"], unknown=unknown)
    _add_data(spec, root, name, prepared)
    return prepared


def _add_data(spec: dict[str, Any], root: Path, name: str, prepared: Prepared, *about: Any) -> None:
    folder = root / "results" / "data" / name / "key"
    shutil.rmtree(folder, ignore_errors=True)
    made_once(folder, root.parent, lambda kept, *_: save(prepared, kept), name, *about)
    spec["data"][name] = str(folder)


def add_words(spec: dict[str, Any], root: Path, experiment: str, dataset: str = "imdb") -> None:
    """Put prepared texts, or pairs, into the spec of an item: those that the runs of `experiment` were judged on.

    Text number n is `w0 wN ...`, of N = n modulo 23 and as many words as that and one more.
    """
    entry = spec["experiments"][experiment]
    entry["dataset"] = dataset
    runs = [Path(run["path"]) for run in sorted(entry["runs"], key=lambda run: run["seed"])]
    truth = np.load(runs[0] / "predictions.npz")["true"]
    for other in runs[1:]:  # all seeds are judged on the same samples
        arrays = dict(np.load(other / "predictions.npz"))
        np.savez(other / "predictions.npz", **(arrays | {"true": truth[: len(arrays["true"])]}))
    number = np.arange(len(truth)) % 23
    inputs = np.repeat(number[:, None], 24, axis=1).astype(np.int32)
    inputs[:, 0] = 0
    lengths = (number + 1).astype(np.int32)
    if dataset == "stsb":
        inputs, lengths = np.stack([inputs, inputs[::-1]], 1), np.stack([lengths, lengths[::-1]], 1)
    folder = root / "results" / "data" / dataset / "words"
    folder.mkdir(parents=True)
    for name, array in (("labels", truth), ("inputs", inputs), ("lengths", lengths)):
        np.save(folder / f"test_{name}.npy", array)
    (folder / "vocabulary.txt").write_text("".join(f"w{index}\n" for index in range(23)), encoding="utf-8")
    spec["data"][dataset] = str(folder)
