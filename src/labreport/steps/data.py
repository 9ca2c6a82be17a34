"""Archives and samples, and the arrays that they are turned into."""

import dataclasses

from labreport.data.archives import check_source
from labreport.data.arrays import checked, write
from labreport.data.variants import apply
from labreport.errors import DataError
from labreport.files import file_digest, write_text
from labreport.loading import load_module
from labreport.steps.step import Job


def download(job: Job) -> None:
    """Put an official archive into its folder; one that is there already is only looked at.

    Raises:
        DownloadError: no mirror delivered it.
    """
    from labreport.data.download import download as fetch

    fetch(job.beside["mirrors"], job.spec["digest"], job.out / job.beside["file"])


def sample(job: Job) -> None:
    """Generate a demo archive in the official format, and FILE.sha256 beside it, as `sha256sum` writes it."""
    name = job.beside["file"]
    with job.made() as folder:
        load_module(job.spec["target"], "sample").write_archive(folder / name, job.spec["parameters"])
        write_text(folder / f"{name}.sha256", f"{file_digest(folder / name)}  {name}\n")


def prepare(job: Job) -> None:
    """Check the digest of an archive or its unpacked folder, read it, and save the arrays or their variant.

    Raises:
        DataError: the source is missing, damaged, or not what its digest says, what the reader gives cannot be trained
            on or has other classes than are declared, or the variant cannot be made of it.
    """
    spec, (source,) = job.spec, job.needs
    reader = load_module(spec["target"], "reader")
    check_source(source, spec["digest"], job.beside["folder"], getattr(reader, "content_digest", None))
    prepared = reader.prepare(source, spec["parameters"])
    prepared = checked(dataclasses.replace(prepared, dataset=spec["dataset"], spec=spec))
    if list(prepared.classes) != list(job.beside["classes"]):
        raise DataError(
            f"{spec['dataset']}: {spec['target']} gives the classes {', '.join(prepared.classes)}, "
            f"config/datasets.yaml says {', '.join(job.beside['classes'])}; "
            "give both the same names in the order of the labels"
        )
    if spec.get("variants"):
        prepared = apply(prepared, spec["variants"])
    with job.made("numpy") as folder:
        write(prepared, folder)
