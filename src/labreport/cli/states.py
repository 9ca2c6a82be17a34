"""States of a report that can be compared: an archive that was handed in, the project now, or one of its commits."""

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import SPEC
from labreport.artifacts.graph import Graph
from labreport.cli.handed_in import altered, placed
from labreport.documents.handing_in import numbers
from labreport.documents.zips import unpack
from labreport.errors import DataError, DeclarationError, ResultsError
from labreport.files import SUMS, files_below, read_object
from labreport.results import Results
from labreport.unpacking import extract

ALLOWED = "allowed are NAME.zip, as report/NAME.zip makes it, and a commit of this project"
# Given to the sources of the commit, whose keys are taken of them.
PLANNED = """\
import json, sys
from pathlib import Path
from labreport.artifacts.graph import Graph
from labreport.declarations.project import Project
print(json.dumps(Graph(Project(Path(), json.loads(sys.argv[2]))).delivered(sys.argv[1]).spec))
"""


@dataclass(frozen=True)
class State:
    """The numbers of a report at some time.

    Attributes:
        called: how the user named it.
        report: its name.
        lang: `zh` or `en`; empty where nothing tells it.
        files: name in the archive -> file.
    """

    called: str
    report: str
    lang: str
    files: Mapping[str, Path]

    @cached_property
    def experiments(self) -> dict[str, Any]:
        """What was declared of each experiment, with the folders in which its runs lie here."""
        ends = f"/{SUMS}"
        folders = {path.parent.name: path.parent for name, path in self.files.items() if name.endswith(ends)}
        return placed(self._spec["frames"]["experiments"], folders)

    @property
    def scale(self) -> str:
        """That its runs are of."""
        return str(self._spec["frames"]["scale"])

    @cached_property
    def runs(self) -> dict[tuple[str, int], Path]:
        """(experiment, seed) -> folder of the run."""
        return {(name, run["seed"]): Path(run["path"]) for name, one in self.experiments.items() for run in one["runs"]}

    @cached_property
    def results(self) -> Results:
        """All its runs."""
        return Results({**self._spec["frames"], "experiments": self.experiments})

    def of(self, folder: str, end: str) -> dict[str, Path]:
        """Name -> file of its `figures`, `tables` or `claims`."""
        begin = f"{folder}/"
        found = {name.removeprefix(begin): path for name, path in self.files.items() if name.startswith(begin)}
        return {
            name.removesuffix(end): path
            for name, path in sorted(found.items())
            if name.endswith(end) and "/" not in name and name != SPEC
        }

    @cached_property
    def _spec(self) -> dict[str, Any]:
        return read_object(self.files[f"tables/{SPEC}"])


def of_archive(path: Path, to: Path) -> State:
    """An archive, taken out.

    Raises:
        DataError: it is none, or a file in it is not the one that was packed.
    """
    root = unpack(path, to)
    if faults := list(altered(root)):
        more = f" and {len(faults) - 1} more" if faults[1:] else ""
        raise DataError(f"{path}: {faults[0]}{more}: it was altered; labreport verify {path} says in what")
    files = {name: root / name for name in files_below(root)}
    if f"tables/{SPEC}" not in files:
        raise DataError(f"{path}: holds no tables/{SPEC}: it is no report that was handed in; {ALLOWED}")
    items = read_object(files[f"tables/{SPEC}"]).get("items") or {}
    lang = next((str(one["lang"]) for one in items.values()), "")
    return State(str(path), root.name, lang, files)


def now(graph: Graph, report: str, lang: str) -> State:
    """What is declared and made now.

    Raises:
        UserError: it is not declared, or not made yet.
    """
    target = _target(report, lang)
    gone = f"of the report as it is declared now is not there; {_make(target, graph.project.scale_name)}"
    return _planned("now", report, graph.delivered(target).spec, "", gone)


def of_commit(commit: str, report: str, lang: str, settings: Mapping[str, Any], to: Path) -> State:
    """What a commit declares, by the runs and documents in `results/` that have its keys.

    Args:
        commit: as git understands it.
        report: its name.
        lang: of the report; empty for the one that is configured.
        settings: that override those of `config/config.yaml`.
        to: an empty folder for the commit's files.

    Raises:
        UserError: there is no such commit, its declarations cannot be read, or a result is not there.
    """
    if commit.startswith("-") or not _git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}"):
        raise DeclarationError(f"diff: found {commit!r}, which is no commit; {ALLOWED}")
    with tarfile.open(fileobj=io.BytesIO(_git("archive", commit))) as file:
        extract(file, to)
    environment = {**os.environ, **({"PYTHONPATH": str(to / "src")} if (to / "src/labreport").is_dir() else {})}
    target = _target(report, lang)
    command = [sys.executable, "-c", PLANNED, target, json.dumps(settings)]
    done = subprocess.run(command, cwd=to, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no message"])[-1].rpartition("labreport.errors.")[2]
        raise DeclarationError(f"{commit}: {target} cannot be planned as it was declared there ({why})")
    made = f"{_make(target, settings.get('scale'))} in a checkout of it: git checkout {commit}"
    return _planned(commit, report, json.loads(done.stdout), f"{commit}: ", f"is not there; {made}")


def _planned(called: str, report: str, spec: Mapping[str, Any], where: str, gone: str) -> State:
    """The state that an archive would hold as it is planned; the words are for something that is not there."""
    try:
        return State(called, report, spec["lang"], dict(numbers(spec)))
    except ResultsError as error:
        raise ResultsError(f"{where}{str(error).partition(':')[0]} {gone}") from None


def _git(*arguments: str) -> bytes:
    """What git prints; nothing where it is missing or refuses."""
    try:
        return subprocess.run(["git", *arguments], capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return b""


def _target(report: str, lang: str) -> str:
    return f"report/{report}.{lang}.zip" if lang else f"report/{report}.zip"


def _make(target: str, scale: str | None) -> str:
    chosen = f" --config scale={scale}" if scale else ""
    return f"make it by .venv/bin/snakemake --cores 1 {target}{chosen}"
