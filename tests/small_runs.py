"""Small data sets, specs of runs on them that take a fraction of a second, and their jobs."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from labreport.artifacts.artifact import key_of, roots
from labreport.artifacts.code import code_digest
from labreport.data.arrays import save, save_array
from labreport.data.prepared import TOP_SCORE, Prepared
from labreport.files import write_json, write_sums
from labreport.steps.step import Job
from tests.steps.planned import planned

TASKS = {
    "classification": {"name": "classification", "target": "labreport.training.classification:Classification"},
    "similarity": {"name": "similarity", "target": "labreport.training.similarity:Similarity"},
}
# A convolution of 1 x 1 with stride 2 and less than 8 channels writes beyond its memory in oneDNN.
MODELS = {
    "images": ("labreport.models.resnet:ResNetSmall", {"width": 8}),
    "texts": ("labreport.models.lstm:StackedLSTM", {"embedding": 6, "hidden": 5, "bidirectional": True}),
    "pairs": ("labreport.models.siamese:SiameseLSTM", {"hidden": 5, "pooling": "max"}),
}
# What is learned in two epochs is unlearned in the next ones: the best epoch is not the last one.
UNLEARNED = {"schedule": {"name": "MultiStepLR", "parameters": {"milestones": [2], "gamma": -5}}}
# A loss is not finite in the third epoch.
DIVERGING = {
    "optimizer": {"name": "SGD", "parameters": {}},
    "schedule": {"name": "StepLR", "parameters": {"step_size": 2, "gamma": 1e38}},
}
DATA = {name: {"dataset": name, "parameters": {"seed": 0}} for name in MODELS}
VECTORS = {"method": "word2vec", "data": {"dataset": "pairs"}}
WORDS = ["", "?", "alas", "hurrah"]


def save_data(folder: Path) -> None:
    """Prepared data sets: bright and dark images, happy and sad texts, pairs of equal and other words."""
    rng = np.random.default_rng(0)
    labels = [np.arange(n, dtype=np.uint8) % 2 for n in (24, 10)]
    images = [(rng.integers(0, 128, (len(y), 3, 8, 8)) + 120 * y[:, None, None, None]).astype(np.uint8) for y in labels]
    about = ("images", ["dark", "bright"])
    save(Prepared(*about, images[0], labels[0], images[1], labels[1], spec=DATA["images"]), folder / "images")
    lengths = [rng.integers(1, 7, len(y), dtype=np.int32) for y in labels]
    words = [
        np.where(np.arange(6) < n[:, None], 2 + y[:, None], 0).astype(np.uint16)
        for n, y in zip(lengths, labels, strict=True)
    ]
    about = ("texts", ["sad", "happy"])
    texts = Prepared(*about, words[0], labels[0], words[1], labels[1], *lengths, WORDS, DATA["texts"])
    save(texts, folder / "texts")
    save(_pairs(rng), folder / "pairs")
    vectors = rng.normal(size=(4, 3)).astype(np.float32)
    vectors[0] = 0
    save_array(folder / "vectors" / "vectors.npy", vectors)
    write_json(folder / "vectors" / "spec.json", VECTORS)
    write_sums(folder / "vectors")


def _pairs(rng: np.random.Generator) -> Prepared:
    """Sentences of one word over and over; both sides have the same word where the score is 5, else it is 0."""
    arrays: dict[str, Any] = {}
    for split, n in (("train", 24), ("dev", 9), ("test", 10)):
        lengths = rng.integers(1, 7, (n, 2), dtype=np.int32)
        scores = np.where(np.arange(n) % 2, TOP_SCORE, 0).astype(np.float32)
        first = rng.integers(2, 4, n)
        words = np.stack([first, np.where(scores > 0, first, 5 - first)], 1)
        arrays[f"{split}_inputs"] = np.where(np.arange(6) < lengths[..., None], words[..., None], 0).astype(np.int32)
        arrays |= {f"{split}_labels": scores, f"{split}_lengths": lengths}
    return Prepared("pairs", [], vocabulary=WORDS, spec=DATA["pairs"], **arrays)


def spec(dataset: str, **training: Any) -> dict[str, Any]:
    """The spec of a run of two epochs, or with other settings."""
    target, parameters = MODELS[dataset]
    images, paired = dataset == "images", dataset == "pairs"
    settings = {
        "epochs": 2,
        "batch_size": 8,
        "learning_rate": 0.01,
        "optimizer": {"name": "Adam", "parameters": {}},
        "loss": {"name": "mse_loss" if paired else "cross_entropy", "parameters": {}},
        **(
            {"augment": [{"name": "crop", "padding": 1}, {"name": "flip", "p": 0.5}], "precision": "bf16"}
            if images
            else {}
        ),
    }
    result: dict[str, Any] = {
        "task": TASKS["similarity" if paired else "classification"],
        "model": {"target": target, "parameters": parameters},
        "data": {"dataset": dataset, "key": key_of("prepare", DATA[dataset])},
        "training": settings | training,
        "seed": 5,
        **({"vectors": {"key": key_of("vectors", VECTORS)}} if paired else {}),
    }
    return result | {"code": code_digest(roots("train", result))}


def job(what: dict[str, Any], data: Path, out: Path, *, threads: int = 1) -> Job:
    """The job of a run that leaves its folder in `out`."""
    needs = [data / what["data"]["dataset"], *([data / "vectors"] if "vectors" in what else [])]
    found = planned("train", what, out, *needs, threads=threads, experiment="mine")
    return replace(found, title=f"mine seed {what['seed']}")


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
