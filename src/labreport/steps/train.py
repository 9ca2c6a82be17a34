"""Train one run: prepared arrays in, a folder of metrics out."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labreport.training.starting import take_signals

if __name__ == "__main__":
    take_signals()  # what follows is slow to import

import numpy as np

from labreport.data.arrays import load
from labreport.errors import TrainingError, run_step
from labreport.planning.code import meanings
from labreport.planning.keys import RUN_VECTORS, key_of, run_roots
from labreport.training.checkpoint_files import folder_of, own_folder
from labreport.training.checkpoints import Checkpoints
from labreport.training.construction import load_class
from labreport.training.folder import ResultFolder
from labreport.training.job import check_data, planned_code, read_spec
from labreport.training.process import choose_device, configure
from labreport.training.record import RunRecord
from labreport.training.run import Job, failures_told, say_at_once, train_run
from labreport.training.tensorboard import scalars

SETTINGS = ("epochs", "batch_size", "learning_rate", "optimizer.name", "loss.name", "precision")
NEEDED = (
    "code",
    "seed",
    "task.target",
    "model.target",
    "model.parameters",
    "data.key",
    *(f"training.{name}" for name in SETTINGS),
)


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, check the code that was loaded, train, complete the folder."""
    parser = argparse.ArgumentParser(prog="python -m labreport.steps.train", description=__doc__)
    parser.add_argument("--spec", required=True, help="the run, as JSON")
    parser.add_argument("--experiment", required=True, help="its name")
    parser.add_argument("--data", required=True, type=Path, help="folder of prepared arrays")
    parser.add_argument("--vectors", type=Path, help="folder of word vectors, for a model that takes them")
    parser.add_argument("--out", required=True, type=Path, help="folder of the finished run")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--threads", type=int, help="CPU threads; default: all that the process may use")
    parser.add_argument(
        "--checkpoints",
        type=Path,
        help="folder for its checkpoints, which get one of their own in it that the run's key names; default: "
        "results/checkpoints/EXPERIMENT where --out is results/runs/EXPERIMENT/KEY, else OUT.checkpoints",
    )
    parser.add_argument("--tensorboard", type=Path, help="folder for event files")
    arguments = parser.parse_args(argv)
    configure(arguments.threads)
    spec = read_spec(arguments.spec, NEEDED)
    key = key_of(spec)
    code = check_loaded(spec)
    device = choose_device(arguments.device)
    with ResultFolder(arguments.out) as folder:
        record = RunRecord(folder, spec, code, device)
        with failures_told(arguments.experiment, spec, device, record):
            prepared = load(arguments.data)
            check_data(arguments.data, prepared.spec, spec["data"]["key"], "the run was")
            vectors = run_vectors(arguments.vectors, spec, len(prepared.vocabulary or ()))
        job = Job(arguments.experiment, key, spec, prepared, device, vectors)
        if arguments.tensorboard:
            record.listeners.append(scalars(arguments.tensorboard / job.name / key))
        kept = own_folder(arguments.checkpoints or folder_of(arguments.out), key)
        checkpoints = Checkpoints(kept, key, say_at_once)
        train_run(job, record, checkpoints)


def check_loaded(spec: Mapping[str, Any]) -> dict[str, str]:
    """Import what the spec names, and refuse code that was not planned.

    Returns:
        Module -> digest of its meaning, of all that the spec's `code` was taken of.
    """
    roots = run_roots(spec)
    with planned_code(spec["code"], roots):
        load_class(spec["model"]["target"])
        load_class(spec["task"]["target"], "task")
        if "vectors" in spec:
            importlib.import_module(RUN_VECTORS)
    return meanings(roots)


def run_vectors(folder: Path | None, spec: Mapping[str, Any], words: int) -> np.ndarray | None:
    """The word vectors of a run that was planned with some; see `labreport.training.vectors`."""
    if "vectors" in spec:
        vectors: np.ndarray = importlib.import_module(RUN_VECTORS).load_vectors(folder, spec, words)
        return vectors
    if folder is not None:
        raise TrainingError(f"--vectors: found {folder}, but the run was planned without word vectors")
    return None


if __name__ == "__main__":
    sys.exit(run_step(main))
