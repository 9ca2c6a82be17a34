"""`labreport adopt`: finished runs that differ in nothing but code from what is declared, taken over as they are."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import CODE, SPEC, Artifact, key_of, roots
from labreport.artifacts.code import covered
from labreport.artifacts.difference import Difference, change, differences, listed
from labreport.artifacts.graph import Graph
from labreport.artifacts.history import read_object
from labreport.errors import ResultsError
from labreport.files import read_json, sums_faults, write_json
from labreport.store import is_locked, whole_folder

SHOWN = 5
# Leaf of a spec that is a key -> the step that made what has it, and what that is called.
MADE_FROM: Mapping[tuple[str, ...], tuple[str, str]] = {
    ("data", "key"): ("prepare", "data set"),
    ("vectors", "key"): ("vectors", "set of word vectors"),
    ("digest",): ("sample", "generated sample"),
}


def adopt(graph: Graph, options: argparse.Namespace) -> int:
    """Take over one run under the key of another, or every one that a report lacks.

    Raises:
        ResultsError: a run is not there, or is there already, or they differ in more than code.
    """
    if options.report:
        return _for_report(graph, options.report, options.because)
    if len(options.names) != 2:
        raise ResultsError(
            "adopt: two keys are needed, OLD NEW, or --report REPORT; `labreport plan` names the new ones"
        )
    old, new = options.names
    planned = [run for run in graph.everything() if run.step == "train" and run.key.startswith(new)]
    if len(planned) != 1:
        raise ResultsError(f"{new}: {len(planned)} declared runs have such a key; `labreport show EXPERIMENT` says it")
    folders = [path.parent for path in Path("results/runs").glob(f"*/{old}*/SHA256SUMS")]
    if len(folders) != 1:
        raise ResultsError(f"{old}: {len(folders)} finished runs in results/runs/ have such a key")
    _take_over(folders[0], planned[0], options.because)
    return 0


def _for_report(graph: Graph, report: str, because: str) -> int:
    runs = [run for run in graph.runs(graph.project.report(report)) if not run.is_there(Path())]
    taken = 0
    for run in runs:
        found = [path.parent for path in Path("results/runs").glob("*/*/SHA256SUMS") if not _obstacle(path.parent, run)]
        if found:
            _take_over(max(found, key=lambda folder: folder.stat().st_mtime), run, because)
            taken += 1
        else:
            print(f"{run.title}: no finished run differs from it in nothing but code")
    print(f"{report}: {taken} of {len(runs)} missing runs taken over")
    return 0 if taken == len(runs) else 1


def _obstacle(folder: Path, run: Artifact) -> str:
    """Why a run cannot be taken over; empty where it can."""
    spec = read_object(folder / SPEC)
    if key_of("train", spec) != folder.name:
        return f"{folder}: its spec does not have the key that its name says"
    if found := list(_unlike(spec, run)):
        return f"they differ in more than code: {listed(found, SHOWN)}"
    fault = next(sums_faults(folder), None)
    return f"{folder}: is damaged: {fault}" if fault else ""


def _unlike(spec: Mapping[str, Any], planned: Artifact) -> Iterator[str]:
    """What is different but code, also in what the two are made from."""
    for (path, old, new), need, earlier in _followed(spec, planned):
        if need is None:
            yield change(path, old, new)
        elif earlier is None:
            yield f"the {MADE_FROM[path][1]} that it was made from is gone, so nothing tells that it was the same"
        else:
            yield from (f"{MADE_FROM[path][1]}: {one}" for one in _unlike(read_object(earlier / SPEC), need))


def _changed(folder: Path, planned: Artifact) -> Iterator[str]:
    """The definitions that changed since a folder was made, also those of what it was made from."""
    old, new = read_object(folder / CODE), covered(roots(planned.step, planned.spec))
    yield from (name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    for _, need, earlier in _followed(read_object(folder / SPEC), planned):
        if need is not None and earlier is not None:
            yield from _changed(earlier, need)


def _followed(spec: Mapping[str, Any], planned: Artifact) -> Iterator[tuple[Difference, Artifact | None, Path | None]]:
    """Each difference but that of code; where it is one of keys, what has the planned one, and the earlier's folder."""
    for path, old, new in differences(spec, planned.spec):
        if path == ("code",):
            continue
        step, _ = MADE_FROM.get(path, ("", ""))
        need = next((one for one in planned.needs if one.step == step), None)
        if need is None or (step == "sample" and not str(old).startswith("sample:")):
            yield (path, old, new), None, None
            continue
        there = Path(need.folder).parent.glob(f"{str(old).removeprefix('sample:')}/{SPEC}")
        yield (path, old, new), need, next((one.parent for one in there), None)


def _take_over(folder: Path, run: Artifact, because: str) -> None:
    """Copy a finished run to the key of a planned one, and say so in what it says of its origin."""
    if run.is_there(Path()):
        raise ResultsError(f"{run.folder}: is there already; nothing is to be taken over")
    if is_locked(Path(f"{run.folder}.part")):
        raise ResultsError(f"{run.folder}.part: another process is at work here; wait until it has ended, or end it")
    if obstacle := _obstacle(folder, run):
        raise ResultsError(f"{folder} and {run.folder}: {obstacle}")
    new, changed = covered(roots("train", run.spec)), sorted(set(_changed(folder, run)))
    with whole_folder(Path(run.folder)) as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("SHA256SUMS", ".*"))
        write_json(copy / SPEC, run.spec)
        write_json(copy / CODE, new)
        origin = {
            "key": folder.name,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "because": because,
            "changed": changed,
        }
        about = read_json(copy / "environment.json")
        write_json(copy / "environment.json", {**about, "adopted": [*about.get("adopted", []), origin]})
        summary = read_json(copy / "summary.json")
        write_json(copy / "summary.json", {**summary, "key": run.key, "experiment": run.beside["experiment"]})
    print(f"{run.title}: {folder} taken over as {run.folder}; changed since: {listed(changed, SHOWN)}")
