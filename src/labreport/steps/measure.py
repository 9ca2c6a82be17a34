"""Take one measurement: a spec in, a folder with `measurement.csv` out."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from labreport.errors import TrainingError, run_step
from labreport.planning.code import meanings
from labreport.planning.keys import measurement_roots
from labreport.training.environment import environment, now
from labreport.training.folder import ResultFolder
from labreport.training.job import planned_code, read_spec
from labreport.training.process import choose_device, configure

PACKAGE = "labreport."


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, check the code, measure, complete the folder."""
    parser = argparse.ArgumentParser(prog="python -m labreport.steps.measure", description=__doc__)
    parser.add_argument("--spec", required=True, help="the measurement, as JSON")
    parser.add_argument("--name", required=True, help="its name")
    parser.add_argument("--out", required=True, type=Path, help="folder of the finished measurement")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:N")
    parser.add_argument("--threads", type=int, help="CPU threads; default: all that the process may use")
    arguments = parser.parse_args(argv)
    configure(arguments.threads)
    spec = read_spec(arguments.spec, ("code", "target", "parameters"))
    roots = measurement_roots(spec)
    with planned_code(spec["code"], roots):
        if not spec["target"].startswith(PACKAGE):
            raise TrainingError(f"{arguments.name}: found {spec['target']!r}, allowed is a module of this package")
        module = importlib.import_module(spec["target"])
    device = choose_device(arguments.device)
    with ResultFolder(arguments.out) as folder:
        folder.begin()
        folder.write_json("spec.json", spec)
        folder.write_json("code.json", meanings(roots))
        measured_in = environment(device)
        head, rows = module.measure(spec["parameters"], device)
        folder.write_table("measurement.csv", head, rows)
        folder.write_json("environment.json", measured_in | {"finished": now()})
        folder.finish()
    for row in rows:
        print(f"{arguments.name}  " + "  ".join(f"{name} {value}" for name, value in zip(head, row, strict=True)))


if __name__ == "__main__":
    sys.exit(run_step(main))
