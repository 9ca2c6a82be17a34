"""Write a demo sample, an archive in the official format: `sample --dataset NAME --spec JSON --out FILE`.

The spec is `{"dataset", "generator", "parameters", "code"}`; FILE.sha256 comes to lie beside FILE.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from labreport.errors import run_step
from labreport.files import atomic_path, file_digest, write_text
from labreport.planning.code import check_code


def main(argv: Sequence[str] | None = None) -> None:
    """Generate one archive and its digest, in the format of `sha256sum`.

    Raises:
        CodeChangedError: the generator was edited after this job was planned.
    """
    parser = argparse.ArgumentParser(prog="labreport.steps.sample", description=__doc__)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--spec", type=json.loads, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args(argv)
    spec, out = arguments.spec, arguments.out
    generator = import_module(spec["generator"])
    check_code(spec["code"], ["labreport.steps.sample", spec["generator"]])
    with atomic_path(out) as temporary:
        generator.write_archive(temporary, spec["parameters"])
        digest = file_digest(temporary)
    write_text(out.with_name(out.name + ".sha256"), f"{digest}  {out.name}\n")


if __name__ == "__main__":
    sys.exit(run_step(main))
