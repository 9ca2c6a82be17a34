"""The texts of an archive that was handed in, written once more from what is in it."""

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from labreport import languages
from labreport.artifacts.artifact import SPEC, SUFFIXES, roots
from labreport.artifacts.code import code_digest
from labreport.cli.comparison import either
from labreport.documents.handing_in import README, RUNS, SOURCES, TEXT, WRITTEN_FROM, readme
from labreport.documents.provenance import Provenance
from labreport.errors import ResultsError
from labreport.files import read_object
from labreport.steps.texts import text_of

NAME = re.compile(r"\w[\w.-]*")
NAMING = ("figures", "tables", "claims", "measurements")


def located(root: Path, spec: Mapping[str, Any], runs: Mapping[str, Path]) -> dict[str, Any]:
    """A spec whose runs, measurements and claims are those of an archive.

    Args:
        root: the archive's folder.
        spec: of a figure, table, claim or text.
        runs: by key.

    Raises:
        ResultsError: a name in it is none, so that it could lead out of the archive.
        KeyError: a run is not in the archive.
    """
    named = [name for group in NAMING for name in spec.get(group, {})]
    if wrong := next((name for name in named if not NAME.fullmatch(name)), None):
        raise ResultsError(f"{SPEC}: {wrong!r} is no name")
    experiments = {
        name: {**one, "runs": [{**run, "path": str(runs[run["key"]])} for run in one["runs"]]}
        for name, one in spec["experiments"].items()
    }
    measurements = {name: str(root / TEXT / "measurements" / name) for name in spec.get("measurements", {})}
    claims = {name: str(root / "claims" / f"{name}.json") for name in spec.get("claims", {})}
    return {**spec, "experiments": experiments, "measurements": measurements, "claims": claims}


def files_of(root: Path, form: str, runs: Mapping[str, Path]) -> dict[str, str | bytes]:
    """The files of a text in a form, and of the pictures that lie beside it, by their names in the archive.

    Raises:
        UserError: what it is written from is damaged, or leads out of the archive.
    """
    folder = root / TEXT / form
    spec, facts = read_object(folder / SPEC), read_object(folder / WRITTEN_FROM)
    if not spec:
        raise ResultsError(f"{TEXT}/{form}/{SPEC} is missing or damaged")
    paths = [*spec["files"], spec["template"], *([spec["cover"]] if "cover" in spec else [])]
    name, beside = spec["report"], spec.get("pictures", "figures")
    if any(path.startswith("/") or ".." in PurePosixPath(path).parts for path in (*paths, name, beside)):
        raise ResultsError(f"{TEXT}/{form}/{SPEC} names a file outside of the archive")
    found = located(root, spec, runs)
    for what in ("figures", "tables"):
        found[what] = {one: {**about, "path": str(root / what / one)} for one, about in spec[what].items()}
    found["data"] = {one: str(runs[Path(run).name]) for one, run in spec["data"].items()}
    document = text_of(found, root / TEXT / SOURCES, Provenance(**facts))
    # A page says where its runs lay.
    data = document.data.replace(f"{root}/{RUNS}/".encode(), f"results/{RUNS}/".encode())
    files = {f"{name}.{SUFFIXES[form]}": either(data)}
    if form == "markdown":
        shown = {f"{one}.svg": root / "figures" / f"{one}.svg" for one in spec["figures"]}
        files |= {f"{beside}/{one}": either(path.read_bytes()) for one, path in shown.items()}
    if form in ("latex", "markdown"):
        files |= {f"{beside}/{one.file}": one.path.read_bytes() for one in document.pictures}
    return files | {README: readme(name, spec["declaration"]["title"], spec["lang"])}


def by_others(root: Path, form: str) -> str:
    """A remark where another state of the project wrote a text than is here; empty where the same one did."""
    spec = read_object(root / TEXT / form / SPEC)
    here = code_digest(roots("write", spec)), languages.digest("write", spec["lang"])
    if (spec.get("code"), spec.get("words")) == here:
        return ""
    commit = read_object(root / TEXT / form / WRITTEN_FROM).get("commit")
    return f" (it was written by another state of this project, commit {commit}, which can be checked out)"
