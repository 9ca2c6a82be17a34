"""Images per second, from data on disk to metrics: the project's training against a plain loop.

Both train the same network on the same images, in batches of the same size, with the same augmentation, optimizer and
number of epochs, and validate after each. They take turns, so that whatever else the machine does meets both alike,
each time in a process of its own, so that neither runs under the other's settings; a ratio is the median of the
pairs' ratios. Ours begins at the prepared arrays, which are made once for all runs of a data set, the plain loop at the
official files, which it reads every time.

python -m benchmarks.images                             the table
python -m benchmarks.images --measure SIDE NAME FOLDER  seconds of `ours` or `plain` for a network on the data in FOLDER
"""

from __future__ import annotations

import argparse
import contextlib
import io
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from benchmarks import plain
from benchmarks.comparison import Comparison, table
from benchmarks.processes import CommandFailedError
from benchmarks.project import ROOT
from benchmarks.training import compare, pairs
from labreport.data import arrays, cifar10, samples_images
from labreport.declarations.project import load
from labreport.models.registry import MODELS
from labreport.training.checkpoints import Checkpoints
from labreport.training.construction import build_model
from labreport.training.folder import ResultFolder
from labreport.training.process import configure
from labreport.training.record import RunRecord
from labreport.training.run import Job, train_run
from labreport.training.tasks import TASKS

CPU = torch.device("cpu")
PER_CLASS = {"train_per_class": 2500, "test_per_class": 500}  # half of CIFAR-10
EPOCHS = 1
AIMS = {"lenet5": 3.0, "cnn3": 2.5}  # by experiment
RAW, PREPARED, RUN = "raw", "prepared", "run"


def main(argv: list[str] | None = None) -> int:
    """Print the table, or the seconds of one side."""
    parser = argparse.ArgumentParser(description="Images per second, from data to metrics.")
    parser.add_argument("--measure", nargs=3, metavar=("SIDE", "NAME", "FOLDER"), help="what the table is made of")
    measure = parser.parse_args(argv).measure
    if measure is not None:
        side, name, folder = measure
        print(SIDES[side](name, Path(folder)))
        return 0
    with tempfile.TemporaryDirectory(prefix="labreport-bench-") as temporary:
        folder = Path(temporary)
        write_data(folder, PER_CLASS)
        try:
            print(table([compared(name, folder) for name in AIMS]))
        except CommandFailedError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


def write_data(folder: Path, per_class: dict[str, int]) -> None:
    """Generated images in the official format below RAW, and prepared as the project trains on them in PREPARED."""
    archive = folder / "sample.tar.gz"
    samples_images.write_archive(archive, {**per_class, "seed": 0})
    with tarfile.open(archive) as packed:
        packed.extractall(folder / RAW, filter="data")
    cifar10.prepare(archive, {"train_per_class": None, "test_per_class": None, "seed": 0}).save(folder / PREPARED)


def settings(name: str) -> dict[str, Any]:
    """What an experiment is trained with at full scale, for `EPOCHS` epochs."""
    declared = load(ROOT, {"scale": "full"}).experiments[name].settings
    return {**declared.model_dump(exclude={"model", "data", "vectors"}), "epochs": EPOCHS}


def compared(name: str, folder: Path) -> Comparison:
    """The line of the table for a network, on data that `write_data` wrote."""
    images = EPOCHS * 10 * PER_CLASS["train_per_class"]
    ours, theirs = pairs(lambda: in_process("ours", name, folder), lambda: in_process("plain", name, folder))
    rates = [[images / seconds for seconds in times] for times in (ours, theirs)]
    augmentations = " and ".join(one["name"] for one in settings(name)["augment"])
    what = f"{name} training{f' with {augmentations}' if augmentations else ''}, data to metrics"
    return compare(what, *rates, "images/s", "torchvision and DataLoader", f"at least {AIMS[name]:g}")


def in_process(side: str, name: str, folder: Path) -> float:
    """Seconds of one side, measured in a process of its own without its imports.

    Raises:
        CommandFailedError: it ended with an error.
    """
    command = [sys.executable, "-m", "benchmarks.images", "--measure", side, name, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandFailedError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
    return float(done.stdout)


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
        configure()
        job = Job(name, "benchmark", spec, arrays.load(folder / PREPARED), CPU)
        with ResultFolder(Path(out) / RUN) as results:
            checkpoints = Checkpoints(Path(out) / "checkpoints", job.key, print)
            train_run(job, RunRecord(results, spec, {}, CPU), checkpoints, say=lambda line: None)
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


SIDES = {"ours": measure_ours, "plain": measure_plain}

if __name__ == "__main__":
    sys.exit(main())
