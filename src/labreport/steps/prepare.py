"""Turn an archive or its unpacked folder into arrays: `prepare --spec JSON --source PATH --out DIR`.

The spec is `{"dataset", "reader", "digest", "parameters", "code"}`. For a variant of a data set it also holds
`variants`, a list of what is done to the reader's arrays, in this order (see `labreport.data.variants`). Where the
source may be an unpacked folder it also holds `folder`, as declared in datasets.yaml, which says how such a folder is
checked; that is no part of the key, since the same data give the same arrays in either form.
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

VARIANTS = "labreport.data.variants"


def main(argv: Sequence[str] | None = None) -> None:
    """Check the source's digest, read it, and save the arrays or their variant.

    Raises:
        DataError: the source is missing, damaged, or not what its digest says, or the variant cannot be made of it.
        CodeChangedError: the code was edited after this job was planned.
    """
    parser = argparse.ArgumentParser(prog="labreport.steps.prepare", description=__doc__)
    parser.add_argument("--spec", type=json.loads, required=True)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args(argv)
    spec, source = arguments.spec, arguments.source
    reader = import_module(spec["reader"])
    variants = import_module(VARIANTS) if spec.get("variants") else None
    check_code(spec["code"], ["labreport.steps.prepare", spec["reader"], *([VARIANTS] if variants else [])])
    check_source(source, spec["digest"], spec.get("folder"), getattr(reader, "content_digest", None))
    prepared = reader.prepare(source, spec["parameters"])
    prepared = dataclasses.replace(prepared, dataset=spec["dataset"], spec=prepared_identity(spec))
    if variants:
        prepared = variants.apply(prepared, spec["variants"])
    prepared.save(arguments.out)


if __name__ == "__main__":
    sys.exit(run_step(main))
