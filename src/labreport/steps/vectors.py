"""Learn word vectors from prepared texts: `vectors --spec JSON --data DIR --out DIR`.

The spec is `{"method", "target", "data": {"dataset", "key"}, "parameters", "code"}`; the folder is complete or absent.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from labreport.data.arrays import load
from labreport.errors import DataError, run_step
from labreport.planning.code import check_code
from labreport.planning.keys import key_of, module_of
from labreport.training.folder import ResultFolder
from labreport.training.job import read_spec

NEEDED = ("code", "target", "parameters", "data.dataset", "data.key")


def main(argv: Sequence[str] | None = None) -> None:
    """Check code and data, learn, complete the folder.

    Raises:
        DataError: other prepared data than the vectors were planned with, or nothing to learn from.
        CodeChangedError: the method was edited after this job was planned.
        TrainingError: the spec is malformed, or the folder is taken.
    """
    parser = argparse.ArgumentParser(prog="python -m labreport.steps.vectors", description=__doc__)
    parser.add_argument("--spec", required=True, help="the vectors, as JSON")
    parser.add_argument("--data", required=True, type=Path, help="folder of prepared arrays")
    parser.add_argument("--out", required=True, type=Path, help="folder of the finished vectors")
    arguments = parser.parse_args(argv)
    spec = read_spec(arguments.spec, NEEDED)
    roots = ["labreport.steps.vectors", module_of(spec["target"])]
    check_code(spec["code"], roots)
    method = importlib.import_module(roots[1])
    check_code(spec["code"], roots)  # an edit while this process was importing is an edit, too
    prepared = load(arguments.data)
    found, planned = key_of(prepared.spec), spec["data"]["key"]
    if found != planned:
        raise DataError(
            f"{arguments.data}: these prepared data have the key {found}, but the vectors were planned with {planned}; "
            "name the folder of those with --data, or start Snakemake again, it plans anew"
        )
    vectors = method.train(prepared, spec["parameters"])
    folder = ResultFolder(arguments.out)
    folder.write_json("spec.json", spec)
    np.save(folder.part / "vectors.npy", vectors, allow_pickle=False)
    versions = {name: importlib.metadata.version(name) for name in method.LIBRARIES}
    finished = datetime.now(UTC).isoformat(timespec="seconds")
    folder.write_json("environment.json", {"python": platform.python_version(), **versions, "finished": finished})
    folder.finish()


if __name__ == "__main__":
    sys.exit(run_step(main))
