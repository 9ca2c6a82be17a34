"""Images per second of training: the project's against a plain loop and against one on batched tensors.

All train the same network on the same images, in batches of the same size, with the same augmentation, optimizer and
precision, and validate after each epoch. They take turns, so that whatever else the machine does meets all alike, each
time in a process of its own, so that none runs under another's settings; a ratio is the median of the pairs' ratios.
Each is warm: its data are in memory, its workers have started, and it has trained for an epoch before its `EPOCHS` are
timed. Ours has by then loaded the prepared arrays, and writes what a run keeps after each epoch.
"""

from __future__ import annotations

import contextlib
import io
import tarfile
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import torch

from benchmarks import batched, plain
from benchmarks.arms import CPU, experiment, spec
from benchmarks.comparison import PAIRS, Comparison, compare, table, turns
from benchmarks.processes import alone
from labreport.data import arrays, cifar10, samples_images
from labreport.machine.process import available_cpus, keep_freed_memory
from labreport.models.registry import MODELS
from labreport.running.checkpoints import Checkpoints
from labreport.running.record import RunRecord
from labreport.running.run import train_run
from labreport.store import result_folder
from labreport.training.construction import build_model
from labreport.training.numerics import set_up
from labreport.unpacking import extract

# A fifth of CIFAR-10, so that what is done once per epoch weighs little more than it does there.
PER_CLASS = {"train_per_class": 1000, "test_per_class": 200}
EPOCHS = 3
AIMS = {"lenet5": 4.0, "cnn3": 3.0}  # by experiment, against the plain loop
FORM = "{:.0f} images/s"
RAW, PREPARED, RUN = "raw", "prepared", "run"


def section() -> str:
    """Two rows per network."""
    with tempfile.TemporaryDirectory(prefix="labreport-bench-") as temporary:
        write_data(Path(temporary), PER_CLASS)
        return table([row for name in AIMS for row in compared(name, Path(temporary))])


def write_data(folder: Path, per_class: dict[str, int]) -> None:
    """Generated images in the official format below RAW, and prepared as the project trains on them in PREPARED."""
    archive = folder / "sample.tar.gz"
    samples_images.write_archive(archive, {**per_class, "seed": 0})
    with tarfile.open(archive) as packed:
        extract(packed, folder / RAW)
    prepared = cifar10.prepare(archive, {"train_per_class": None, "test_per_class": None, "seed": 0})
    arrays.save(prepared, folder / PREPARED)


def run_spec(name: str) -> dict[str, Any]:
    """A run of an experiment for a first epoch and those that are timed, in the peers' precision."""
    return spec(experiment(name), epochs=1 + EPOCHS, precision="fp32")


def compared(name: str, folder: Path) -> list[Comparison]:
    """The rows of a network, on data that `write_data` wrote."""
    images = EPOCHS * 10 * PER_CLASS["train_per_class"]
    starts: list[float] = []

    def plain_loop() -> float:
        start_s, seconds = alone(measure_plain, name, folder)
        starts.append(start_s)
        return seconds

    ours = partial(alone, measure_ours, name, folder)
    times = turns(PAIRS, ours, plain_loop, partial(alone, measure_batched, name, folder))
    rates = [[images / seconds for seconds in side] for side in times]
    changes = " and ".join(one["name"] for one in run_spec(name)["training"]["augment"])
    what = f"{name} training{f' with {changes}' if changes else ''}, warm, {EPOCHS} epochs"
    loader = f"torchvision and DataLoader (workers start in {median(starts):.1f} s, apart)"
    return [
        compare(what, rates[0], rates[1], FORM, loader, AIMS[name], at_least=True),
        compare(what, rates[0], rates[2], FORM, "batched tensors", 1.0, at_least=True),
    ]


def measure_ours(name: str, folder: Path) -> float:
    """Seconds of the project's epochs, with all that a run writes after each."""
    said: list[float] = []
    with tempfile.TemporaryDirectory(dir=folder) as out, contextlib.redirect_stderr(io.StringIO()):
        set_up(available_cpus())
        keep_freed_memory()
        prepared = arrays.load(folder / PREPARED)
        with result_folder(Path(out) / RUN) as results:
            checkpoints = Checkpoints(Path(out) / "checkpoints", "benchmark", print)
            record = RunRecord(results, name, run_spec(name), {}, CPU)
            train_run(record, prepared, checkpoints, say=lambda line: said.append(time.perf_counter()))
    assert len(said) == 1 + EPOCHS, "a line was said that ends no epoch"
    return said[-1] - said[0]


def measure_plain(name: str, folder: Path, workers: int = 2) -> tuple[float, float]:
    """Seconds in which the plain loop's workers start and bring a first batch, and those of its epochs."""
    training = run_spec(name)["training"]
    loaders = plain.loaders(str(folder / RAW), training, workers)
    start = time.perf_counter()
    for loader in loaders:
        next(iter(loader))
    start_s = time.perf_counter() - start
    return start_s, warm(plain.train(*started(name, training), *loaders))


def measure_batched(name: str, folder: Path) -> float:
    """Seconds of the epochs of the loop on batched tensors, with the settings of the process that ours takes."""
    set_up(available_cpus())
    keep_freed_memory()
    training = run_spec(name)["training"]
    return warm(batched.train(*started(name, training, fused=True), tensors(folder), training))


def tensors(folder: Path) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Images and classes of each split that `write_data` prepared."""
    prepared = arrays.load(folder / PREPARED)
    found = {split: tuple(map(torch.from_numpy, prepared.arrays(split)[:2])) for split in prepared.splits}
    return {split: (images, labels.long()) for split, (images, labels) in found.items()}


def started(name: str, training: dict[str, Any], **form: bool) -> tuple[torch.nn.Module, torch.optim.Optimizer]:
    """A network as it begins, and its optimizer."""
    torch.manual_seed(0)
    model = build_model(MODELS[name], {}, {"classes": len(samples_images.CLASSES)})
    declared = training["optimizer"]
    optimizer = getattr(torch.optim, declared["name"])
    return model, optimizer(model.parameters(), lr=training["learning_rate"], **form, **declared["parameters"])


def warm(epochs: Iterator[object]) -> float:
    """Seconds of `EPOCHS` epochs after a first one."""
    next(epochs)
    start = time.perf_counter()
    for _ in range(EPOCHS):
        next(epochs)
    return time.perf_counter() - start
