"""Small data sets, specs of runs on them that take a fraction of a second, and their command lines."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from labreport.data.arrays import Prepared
from labreport.files import write_sums
from labreport.planning.code import code_digest
from labreport.planning.keys import canonical, key_of, run_roots

SIMILARITY = {"name": "similarity", "target": "labreport.training.similarity:Similarity"}
VECTORS = {"method": "word2vec", "data": {"dataset": "pairs"}}
DATA = {name: {"dataset": name, "parameters": {"seed": 0}} for name in ("images", "texts", "pairs")}
MODELS = {
    "images": ("labreport.models.resnet:ResNet34", {"width": 4}),
    "texts": ("labreport.models.lstm:StackedLSTM", {"embedding": 6, "hidden": 5, "bidirectional": True}),
    "pairs": ("labreport.models.siamese:SiameseLSTM", {"hidden": 5, "pooling": "max"}),
}


def save_data(folder: Path) -> None:
    """Prepared data sets: bright and dark images, happy and sad texts, pairs of equal and other words."""
    rng = np.random.default_rng(0)
    labels = {"train": np.arange(24, dtype=np.uint8) % 2, "test": np.arange(10, dtype=np.uint8) % 2}
    pixels = {s: (rng.integers(0, 128, (len(y), 3, 16, 16)) + 120 * y[:, None, None, None]) for s, y in labels.items()}
    lengths = {s: rng.integers(1, 7, len(y), dtype=np.int32) for s, y in labels.items()}
    words = {
        s: np.where(np.arange(6) < n[:, None], 2 + labels[s][:, None], 0).astype(np.uint16) for s, n in lengths.items()
    }
    Prepared(
        "images",
        ["dark", "bright"],
        pixels["train"].astype(np.uint8),
        labels["train"],
        pixels["test"].astype(np.uint8),
        labels["test"],
        spec=DATA["images"],
    ).save(folder / "images")
    Prepared(
        "texts",
        ["sad", "happy"],
        words["train"],
        labels["train"],
        words["test"],
        labels["test"],
        lengths["train"],
        lengths["test"],
        ["", "?", "alas", "hurrah"],
        DATA["texts"],
    ).save(folder / "texts")
    save_pairs(folder, rng)


def save_pairs(folder: Path, rng: np.random.Generator) -> None:
    """Sentences of one word over and over; both sides have the same word where the score is 5, else it is 0."""
    arrays: dict[str, np.ndarray] = {}
    for split, n in (("train", 24), ("dev", 9), ("test", 10)):
        lengths = rng.integers(1, 7, (n, 2), dtype=np.int32)
        scores = np.where(np.arange(n) % 2, 5, 0).astype(np.float32)
        first = rng.integers(2, 4, n)
        words = np.stack([first, np.where(scores > 0, first, 5 - first)], 1)
        arrays[f"{split}_inputs"] = np.where(np.arange(6) < lengths[..., None], words[..., None], 0).astype(np.int32)
        arrays |= {f"{split}_labels": scores, f"{split}_lengths": lengths}
    Prepared("pairs", [], vocabulary=["", "?", "alas", "hurrah"], spec=DATA["pairs"], **arrays).save(folder / "pairs")
    vectors = rng.normal(size=(4, 3)).astype(np.float32)
    vectors[0] = 0
    (folder / "vectors").mkdir()
    np.save(folder / "vectors" / "vectors.npy", vectors)
    (folder / "vectors" / "spec.json").write_text(canonical(VECTORS))
    write_sums(folder / "vectors")


def spec(dataset: str, **training: Any) -> dict[str, Any]:
    target, parameters = MODELS[dataset]
    settings = {
        "epochs": 2,
        "batch_size": 8,
        "learning_rate": 0.01,
        "optimizer": {"name": "Adam", "parameters": {}},
        "loss": {"name": "cross_entropy", "parameters": {}},
        "normalize": None,
        "augment": [{"name": "crop", "padding": 1}, {"name": "flip", "p": 0.5}] if dataset == "images" else [],
        "precision": "bf16" if dataset == "images" else "fp32",
    }
    result: dict[str, Any] = {
        "task": {"name": "classification", "target": "labreport.training.classification:Classification"},
        "model": {"target": target, "parameters": parameters},
        "data": {"dataset": dataset, "key": key_of(DATA[dataset])},
        "training": settings | training,
        "seed": 5,
    }
    if dataset == "pairs":
        settings["loss"]["name"] = "mse_loss"
        result |= {"task": SIMILARITY, "vectors": {"key": key_of(VECTORS)}}
    result["code"] = code_digest(run_roots(result))
    return result


def arguments(what: dict[str, Any], data: Path, out: Path, *more: str, threads: int = 1) -> list[str]:
    folder = data / what["data"]["dataset"]
    more = (*more, "--vectors", str(data / "vectors")) if "vectors" in what else more
    common = ["--data", str(folder), "--out", str(out), "--device", "cpu", "--threads", str(threads)]
    return ["--spec", canonical(what), "--experiment", "mine", *common, *more]


def rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
