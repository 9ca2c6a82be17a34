"""Jobs as planning makes them: with the digests of the code and the files that are there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import FOLDERS, key_of, roots
from labreport.artifacts.code import code_digest
from labreport.files import file_digest, write_json
from labreport.steps.step import Job


def planned(step: str, spec: Mapping[str, Any], out: Path, *needs: Path, threads: int = 1, **beside: Any) -> Job:
    """The job of a step that leaves its folder in `out`; `spec` gets the digest of its code, unless it has one.

    So do the files that it names.
    """
    whole = dict(spec)
    if "files" in spec:
        whole["files"] = {path: file_digest(path)[:16] for path in spec["files"]}
    if "code" not in spec and (found := roots(step, spec)):
        whole["code"] = code_digest(found)
    return Job(step, key_of(step, whole), f"my {step}", whole, out, needs, beside, threads)


def written(job: Job) -> Path:
    """The file of a job, as planning writes it, beside its folder."""
    path = job.out.with_name(f"{job.out.name}.json")
    needs = [str(need) for need in job.needs]
    about = {"step": job.step, "key": job.key, "title": job.title, "spec": job.spec}
    write_json(path, {**about, "out": str(job.out), "needs": needs, "beside": dict(job.beside)})
    return path


def arguments(job: Job) -> list[str]:
    """What follows `python -m labreport.steps`; writes the job's file."""
    return [job.step, str(written(job)), "--threads", str(job.threads)]


def of_items(step: str, items: Mapping[str, Mapping[str, Any]], results: Path, **more: Any) -> Job:
    """The job of figures, tables or claims of a report, and what is `more`; each has the digest of its own code."""

    def coded(specs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        return {name: {**one, "code": code_digest(roots(step, one))} for name, one in specs.items()}

    spec = {"items": coded(items), **coded(more)}
    key = key_of(step, spec)
    return Job(step, key, f"{step} some.en", spec, results / FOLDERS[step] / "some.en" / key)
