"""Images per second, from data on disk to metrics: the project's training against a plain loop.

Both train the same network on the same images, in batches of the same size, with the same augmentation, optimizer and
number of epochs, and validate after each. They take turns, so that whatever else the machine does meets both alike,
each time in a process of its own, so that neither runs under the other's settings; a ratio is the median of the
pairs' ratios. Ours begins at the prepared arrays, which are made once for all runs of a data set, the plain loop at the
official files, which it reads every time.
"""

from __future__ import annotations

import contextlib
import io
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks import plain
from benchmarks.comparison import PAIRS, Comparison, compare, pairs
from benchmarks.processes import alone
from benchmarks.project import ROOT
from labreport.data import arrays, cifar10, samples_images
from labreport.declarations.project import Project
from labreport.machine.process import available_cpus, keep_freed_memory
from labreport.models.registry import MODELS
from labreport.running.checkpoints import Checkpoints
from labreport.running.record import RunRecord
from labreport.running.run import train_run
from labreport.store import result_folder
from labreport.training.construction import build_model
from labreport.training.numerics import set_up
from labreport.training.tasks import TASKS

CPU = torch.device("cpu")
PER_CLASS = {"train_per_class": 2500, "test_per_class": 500}  # half of CIFAR-10
EPOCHS = 1
AIMS = {"lenet5": 3.0, "cnn3": 2.5}  # by experiment
RAW, PREPARED, RUN = "raw", "prepared", "run"


def rows() -> list[Comparison]:
    """A row per network."""
    with tempfile.TemporaryDirectory(prefix="labreport-bench-") as temporary:
        write_data(Path(temporary), PER_CLASS)
        return [compared(name, Path(temporary)) for name in AIMS]


def write_data(folder: Path, per_class: dict[str, int]) -> None:
    """Generated images in the official format below RAW, and prepared as the project trains on them in PREPARED."""
    archive = folder / "sample.tar.gz"
    samples_images.write_archive(archive, {**per_class, "seed": 0})
    with tarfile.open(archive) as packed:
        packed.extractall(folder / RAW, filter="data")
    prepared = cifar10.prepare(archive, {"train_per_class": None, "test_per_class": None, "seed": 0})
    arrays.save(prepared, folder / PREPARED)


def settings(name: str) -> dict[str, Any]:
    """What an experiment is trained with at full scale, for `EPOCHS` epochs."""
    declared = Project(ROOT, {"scale": "full"}).experiment(name).settings
    return {**declared.model_dump(exclude={"model", "data", "vectors"}), "epochs": EPOCHS}


def compared(name: str, folder: Path) -> Comparison:
    """The row of a network, on data that `write_data` wrote."""
    images = EPOCHS * 10 * PER_CLASS["train_per_class"]
    times = pairs(lambda: alone(measure_ours, name, folder), lambda: alone(measure_plain, name, folder), PAIRS)
    rates = [[images / seconds for seconds in side] for side in times]
    augmentations = " and ".join(one["name"] for one in settings(name)["augment"])
    what = f"{name} training{f' with {augmentations}' if augmentations else ''}, data to metrics"
    return compare(what, *rates, "{:.0f} images/s", "torchvision and DataLoader", AIMS[name], at_least=True)


def measure_ours(name: str, folder: Path) -> float:
    """Seconds that the project takes from prepared data to a finished run's files."""
    classification = TASKS["classification"]
    spec = {
        "task": {"name": "classification", "target": classification.target},
        "model": {"target": MODELS[name], "parameters": {}},
        "data": {"dataset": "cifar10", "key": "benchmark"},
        "training": settings(name),
        "seed": 0,
    }
    with tempfile.TemporaryDirectory(dir=folder) as out, contextlib.redirect_stderr(io.StringIO()):
        start = time.perf_counter()
        set_up(available_cpus())
        keep_freed_memory()
        prepared = arrays.load(folder / PREPARED)
        with result_folder(Path(out) / RUN) as results:
            checkpoints = Checkpoints(Path(out) / "checkpoints", "benchmark", print)
            train_run(RunRecord(results, name, spec, {}, CPU), prepared, checkpoints, say=lambda line: None)
        return time.perf_counter() - start


def measure_plain(name: str, folder: Path, workers: int = 2) -> float:
    """Seconds that the plain loop takes from the official files to the metrics."""
    chosen = settings(name)
    start = time.perf_counter()
    torch.manual_seed(0)
    model = build_model(MODELS[name], {}, {"classes": len(samples_images.CLASSES)})
    optimizer = getattr(torch.optim, chosen["optimizer"]["name"])(
        model.parameters(), lr=chosen["learning_rate"], **chosen["optimizer"]["parameters"]
    )
    plain.train(
        model,
        optimizer,
        str(folder / RAW),
        chosen["epochs"],
        chosen["batch_size"],
        chosen["normalize"],
        bool(chosen["augment"]),
        workers,
    )
    return time.perf_counter() - start
