"""Figures, tables and claims: those of a job that lie elsewhere already are copied, the others are made."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import INDEX, key_of, measured
from labreport.files import SUMS, read_object, sums_faults, write_json
from labreport.loading import load_module
from labreport.machine.outcome import content, missing
from labreport.steps.step import Job


def draw(job: Job) -> None:
    """Write each figure as `.pdf`, `.svg` and `.png`, what it shows as `.csv`, and in words as `.txt` and `.note`."""
    with job.made("matplotlib", "numpy", "pandas") as folder:
        for name, spec in each_item(job, folder):
            from labreport.figures.picture import files_of

            for suffix, data in files_of(load_module(spec["target"], "kind"), spec).items():
                (folder / f"{name}.{suffix}").write_bytes(data)


def tabulate(job: Job) -> None:
    """Write each table's raw numbers as `.csv` and its presentation as `.json`; `frames/metrics.csv` and the like."""
    from labreport.results import Results
    from labreport.tables.frames import frames

    with job.made("pandas") as folder:
        for name, spec in each_item(job, folder):
            from labreport.tables.table import files_of

            for suffix, text in files_of(load_module(spec["target"], "kind"), spec).items():
                (folder / f"{name}.{suffix}").write_text(text, encoding="utf-8")
        (folder / "frames").mkdir()
        for name, text in frames(Results(job.spec["frames"])).items():
            (folder / "frames" / f"{name}.csv").write_text(text, encoding="utf-8")


def judge(job: Job) -> None:
    """Write of each claim the outcome, its reason in both languages and the values it rests on.

    All claims of the report are adjusted together, also those that were judged before: a copied file holds the p value
    that the claim has by itself.
    """
    from labreport.claims.verdict import adjusted, file_of

    with job.made("pandas", "scipy") as folder:
        for name, spec in each_item(job, folder):
            write_json(folder / f"{name}.json", file_of(load_module(spec["target"], "kind"), spec))
        files = {name: read_object(folder / f"{name}.json") for name in job.spec["items"]}
        for name, file in adjusted(files).items():
            write_json(folder / f"{name}.json", file)


def each_item(job: Job, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and spec of every item that is to be made.

    What a job made of the same spec from the same runs is copied. Where the job's own folder is whole and holds just
    that, all is made again, because somebody wants that.

    Args:
        job: of the items.
        folder: that the files are written to.
    """
    index = {name: made_from(job.step, spec) for name, spec in job.spec["items"].items()}
    is_there = read_object(job.out / INDEX) == index and not missing(job.out)
    earlier = {} if is_there else dict(_earlier(job.out.parent.parent))
    copied = []
    for name, spec in job.spec["items"].items():
        source = earlier.get(json.dumps(index[name], sort_keys=True))
        if source is not None and _copy(source, name, folder):
            copied.append(name)
            continue
        print(f"{job.title}: {name}", flush=True)
        yield name, located(spec, job.project)
    if copied:
        print(f"{job.title}: {len(copied)} as they were made before: {', '.join(copied)}", flush=True)
    write_json(folder / INDEX, index)


def made_from(step: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    """The key of an item, and what the runs and measurements hold that it is made from."""
    return {"key": key_of(step, spec), "of": {path: content(path) for path in measured(spec)}}


def _earlier(root: Path) -> Iterator[tuple[str, tuple[Path, str]]]:
    """What an item was made from -> the folder that it lies in, and its name there."""
    for path in sorted(root.glob(f"*/*/{INDEX}")):
        yield from ((json.dumps(one, sort_keys=True), (path.parent, name)) for name, one in read_object(path).items())


def _copy(source: tuple[Path, str], name: str, folder: Path) -> bool:
    """Copy the files of an item; False where they are not what they were when they were made."""
    there, old = source
    files = {path.name: path for path in there.iterdir() if path.name.rpartition(".")[0] == old}
    # A line that is no digest may have been that of any file.
    faulty = {fault.split(" ")[0] for fault in sums_faults(there)}
    if not files or not faulty.isdisjoint({*files, SUMS, "line"}):
        return False
    for path in files.values():
        shutil.copyfile(path, folder / f"{name}{path.suffix}")
    return True


def located(spec: dict[str, Any], project: Path) -> dict[str, Any]:
    """A spec whose published curves and files are looked for in the project's folder."""
    curves = {
        name: {**one, "curve": str(project / one["curve"])} if one.get("curve") else one
        for name, one in spec["experiments"].items()
    }
    files = {path: str(project / path) for path in spec.get("files", {})}
    return {**spec, "experiments": curves, "files": files}
