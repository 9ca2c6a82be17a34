"""Train one run: prepared arrays in, a folder of metrics out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from labreport.data.arrays import load
from labreport.errors import DataError, run_step
from labreport.planning.code import check_code
from labreport.planning.keys import key_of, run_roots
from labreport.training.construction import load_class
from labreport.training.job import read_spec
from labreport.training.process import choose_device, configure
from labreport.training.record import RunRecord
from labreport.training.run import train_run
from labreport.training.tensorboard import scalars
from labreport.training.vectors import load_vectors

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
    """Parse the command line, check the code, train, check the code that was loaded, complete the folder."""
    parser = argparse.ArgumentParser(prog="python -m labreport.steps.train", description=__doc__)
    parser.add_argument("--spec", required=True, help="the run, as JSON")
    parser.add_argument("--experiment", required=True, help="its name")
    parser.add_argument("--data", required=True, type=Path, help="folder of prepared arrays")
    parser.add_argument("--vectors", type=Path, help="folder of word vectors, for a model that takes them")
    parser.add_argument("--out", required=True, type=Path, help="folder of the finished run")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--threads", type=int, help="CPU threads; default: all that the process may use")
    parser.add_argument("--tensorboard", type=Path, help="folder for event files")
    arguments = parser.parse_args(argv)
    configure(arguments.threads)
    spec = read_spec(arguments.spec, NEEDED)
    key = key_of(spec)
    check_code(spec["code"], run_roots(spec))
    load_class(spec["model"]["target"])
    load_class(spec["task"]["target"], "task")
    check_code(spec["code"], run_roots(spec))  # an edit while this process was importing is an edit, too
    device = choose_device(arguments.device)
    prepared = load(arguments.data)
    found, planned = key_of(prepared.spec), spec["data"]["key"]
    if found != planned:
        raise DataError(
            f"{arguments.data}: these prepared data have the key {found}, but the run was planned with {planned}; "
            "name the folder of those with --data, or start Snakemake again, it plans anew"
        )
    vectors = load_vectors(arguments.vectors, spec, len(prepared.vocabulary or ()))
    record = RunRecord(arguments.out, spec, device)
    if arguments.tensorboard:
        record.listeners.append(scalars(arguments.tensorboard / arguments.experiment / key))
    train_run(spec, prepared, device, record, arguments.experiment, key, vectors=vectors)


if __name__ == "__main__":
    sys.exit(run_step(main))
