"""`labreport adopt`: finished runs that differ in nothing but code from what is declared, taken over as they are."""

import argparse
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from labreport.artifacts.artifact import CODE, SPEC, Artifact, roots
from labreport.artifacts.code import covered
from labreport.artifacts.difference import Difference, change, followed, is_code, listed
from labreport.artifacts.folders import faults
from labreport.artifacts.graph import Graph
from labreport.errors import ResultsError
from labreport.files import SUMS, read_json, read_object, write_json
from labreport.steps.step import now
from labreport.store import is_locked, whole_folder

SHOWN = 5


def adopt(graph: Graph, options: argparse.Namespace) -> int:
    """Take over one run under the key of another, or every one that a report, or all that is declared, lacks.

    Raises:
        ResultsError: a run is not there, or is there already, or they differ in more than code.
    """
    ways = [len(options.names) == 2, bool(options.report), options.all]
    if sum(ways) != 1 or len(options.names) not in (0, 2):
        raise ResultsError(
            "adopt: either two keys are needed, OLD NEW, or --report REPORT, or --all; `labreport plan` names new ones"
        )
    if options.all:
        return _missing(graph.all_runs(), "all experiments", options.because)
    if options.report:
        return _missing(graph.runs(graph.project.report(options.report)), options.report, options.because)
    old, new = options.names
    for key in (old, new):
        if not re.fullmatch("[0-9a-f]{4,16}", key):
            raise ResultsError(f"{key}: is no key, nor its first four digits; `labreport runs` and `show` name them")
    planned = [run for run in graph.everything() if run.step == "train" and run.key.startswith(new)]
    if len(planned) != 1:
        found = ", ".join(f"{run.title} {run.key}" for run in planned)
        words = f"{len(planned)} declared runs have such a key{found and f' ({found})'}"
        raise ResultsError(f"{new}: {words}; `labreport show EXPERIMENT` names that of a run")
    folders = _finished(f"{old}*")
    if len(folders) != 1:
        raise ResultsError(f"{old}: {len(folders)} finished runs in results/runs/ have such a key")
    _take_over(folders[0], planned[0], options.because)
    return 0


def _missing(wanted: Iterable[Artifact], of: str, because: str) -> int:
    """Take over what is missing of some runs; 1 where something stays so."""
    runs = [run for run in wanted if not run.is_there(Path())]
    taken = 0
    for run in runs:
        if found := [folder for folder in _finished("*") if not _obstacle(folder, run)]:
            _take_over(max(found, key=lambda folder: folder.stat().st_mtime), run, because)
            taken += 1
        else:
            print(f"{run.title}: no finished run differs from it in nothing but code")
    print(f"{of}: {taken} of {len(runs)} missing runs taken over")
    return 0 if taken == len(runs) else 1


def _finished(key: str) -> list[Path]:
    return [path.parent for path in Path("results/runs").glob(f"*/{key}/{SUMS}")]


def _differences(folder: Path, run: Artifact) -> Iterator[Difference]:
    return followed(folder, read_object(folder / SPEC), "train", run.spec, run.needs)


def _obstacle(folder: Path, run: Artifact) -> str:
    """Why a run cannot be taken over; empty where it can."""
    if found := {change(*one): None for one in _differences(folder, run) if not is_code(one)}:
        return f"they differ in more than code: {listed([*found], SHOWN)}"
    fault = next(faults("train", folder), None)
    return f"{folder}: is damaged: {fault}" if fault else ""


def _take_over(folder: Path, run: Artifact, because: str) -> None:
    """Copy a finished run to the key of a planned one, and say so in what it says of its origin."""
    if run.is_there(Path()):
        raise ResultsError(f"{run.folder}: is there already; nothing is to be taken over")
    if is_locked(Path(f"{run.folder}.part")):
        raise ResultsError(f"{run.folder}.part: another process is at work here; wait until it has ended, or end it")
    if obstacle := _obstacle(folder, run):
        raise ResultsError(f"{folder} and {run.folder}: {obstacle}")
    changed = sorted({path[-1] for path, _, _ in _differences(folder, run)})
    with whole_folder(Path(run.folder)) as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns(SUMS, ".*"))
        write_json(copy / SPEC, run.spec)
        write_json(copy / CODE, covered(roots("train", run.spec)))
        origin = {
            "key": folder.name,
            "at": now(),
            "because": because,
            "changed": changed,
        }
        about = read_json(copy / "environment.json")
        write_json(copy / "environment.json", {**about, "adopted": [*about.get("adopted", []), origin]})
        summary = read_json(copy / "summary.json")
        write_json(copy / "summary.json", {**summary, "key": run.key, "experiment": run.beside["experiment"]})
    print(f"{run.title}: {folder} taken over as {run.folder}; changed since: {listed(changed, SHOWN)}")
