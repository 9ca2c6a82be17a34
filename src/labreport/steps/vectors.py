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

from labreport.data.arrays import load, save_array
from labreport.errors import run_step
from labreport.planning.code import meanings
from labreport.planning.keys import module_of, vectors_roots
from labreport.training.folder import ResultFolder
from labreport.training.job import check_data, planned_code, read_spec

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
    roots = vectors_roots(spec)
    with planned_code(spec["code"], roots):
        method = importlib.import_module(module_of(spec["target"]))
    prepared = load(arguments.data)
    check_data(arguments.data, prepared.spec, spec["data"]["key"], "the vectors were")
    with ResultFolder(arguments.out) as folder:
        vectors = method.train(prepared, spec["parameters"])
        folder.begin()
        folder.write_json("spec.json", spec)
        folder.write_json("code.json", meanings(roots))
        save_array(folder.part / "vectors.npy", vectors)
        versions = {name: importlib.metadata.version(name) for name in method.LIBRARIES}
        finished = datetime.now(UTC).isoformat(timespec="seconds")
        folder.write_json("environment.json", {"python": platform.python_version(), **versions, "finished": finished})
        folder.finish()


if __name__ == "__main__":
    sys.exit(run_step(main))
