"""Turn an archive or its unpacked folder into arrays: `prepare --spec JSON --source PATH --out DIR`.

The spec is `{"dataset", "reader", "digest", "parameters", "code"}`. Where the source may be an unpacked folder it also
holds `folder`, as declared in datasets.yaml, which says how such a folder is checked; that is no part of the key,
since the same data give the same arrays in either form.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from labreport.data.archives import check_source
from labreport.errors import run_step
from labreport.planning.code import check_code
from labreport.planning.keys import prepared_identity


def main(argv: Sequence[str] | None = None) -> None:
    """Check the source's digest, read it, and save the arrays.

    Raises:
        DataError: the source is missing, damaged, or not what its digest says.
        CodeChangedError: the reader was edited after this job was planned.
    """
    parser = argparse.ArgumentParser(prog="labreport.steps.prepare", description=__doc__)
    parser.add_argument("--spec", type=json.loads, required=True)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args(argv)
    spec, source = arguments.spec, arguments.source
    reader = import_module(spec["reader"])
    check_code(spec["code"], ["labreport.steps.prepare", spec["reader"]])
    check_source(source, spec["digest"], spec.get("folder"), getattr(reader, "content_digest", None))
    prepared = reader.prepare(source, spec["parameters"])
    dataclasses.replace(prepared, dataset=spec["dataset"], spec=prepared_identity(spec)).save(arguments.out)


if __name__ == "__main__":
    sys.exit(run_step(main))
