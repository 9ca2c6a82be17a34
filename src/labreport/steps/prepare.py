"""Turn an archive or its unpacked folder into arrays."""

from __future__ import annotations

import dataclasses

from labreport.data.archives import check_source
from labreport.data.arrays import write
from labreport.data.variants import apply
from labreport.loading import load_module
from labreport.steps.step import Job


def prepare(job: Job) -> None:
    """Check the source's digest, read it, and save the arrays or their variant.

    Raises:
        DataError: the source is missing, damaged, or not what its digest says, or the variant cannot be made of it.
    """
    spec, (source,) = job.spec, job.needs
    reader = load_module(spec["target"], "reader")
    check_source(source, spec["digest"], job.beside["folder"], getattr(reader, "content_digest", None))
    prepared = reader.prepare(source, spec["parameters"])
    prepared = dataclasses.replace(prepared, dataset=spec["dataset"], spec=spec)
    if spec.get("variants"):
        prepared = apply(prepared, spec["variants"])
    with job.made("numpy") as folder:
        write(prepared, folder)
