"""`labreport verify NAME.zip`: an archive that was handed in, checked from what is in it."""

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from labreport import languages
from labreport.artifacts.artifact import SPEC, SUFFIXES, roots, targets
from labreport.artifacts.code import code_digest
from labreport.artifacts.folders import faults
from labreport.claims.registry import KINDS as CLAIMS
from labreport.claims.verdict import file_of
from labreport.cli.comparison import claims, compared, of_predictions
from labreport.documents.handing_in import PACKED, README, RUNS, SOURCES, TEXT, WRITTEN_FROM, readme
from labreport.documents.provenance import Provenance
from labreport.documents.zips import MOST_BYTES, unpack, unpacked_size
from labreport.errors import ResultsError, UserError
from labreport.figures.picture import told
from labreport.figures.registry import KINDS as FIGURES
from labreport.files import SUMS, file_digest, files_below, read_object, summed, sums_faults
from labreport.loading import load_module
from labreport.results import Results
from labreport.steps.texts import text_of
from labreport.tables import table
from labreport.tables.frames import frames
from labreport.tables.registry import KINDS as TABLES
from labreport.training.tasks import TASKS

DIGITS = 16  # of the digest that is printed
PREDICTIONS = "predictions.npz"
NAME = re.compile(r"\w[\w.-]*")
NAMING = ("figures", "tables", "claims", "measurements")
# What hostile files can raise.
DAMAGED = (UserError, AttributeError, LookupError, TypeError, ValueError, OSError, RecursionError)
# What no derivation tells, since all of it could be made anew together.
NOT_DERIVED = (
    "not derived again: the PDF, the pictures of figures{}, the words of the template, files that nothing refers to, "
    "and what runs measured (epochs, times, predictions); of these only the digest below tells, if it was noted when "
    "the archive was handed in"
)
KINDS = {"figures": FIGURES, "tables": TABLES, "claims": CLAIMS}
# Step -> the files of a figure or table that need no drawing, by their suffix.
DERIVED: Mapping[str, Callable[[Any, dict[str, Any]], dict[str, str]]] = {
    "draw": lambda kind, item: told(kind, item)[2],
    "tabulate": table.files_of,
}


def verify_archive(path: Path) -> int:
    """Print a line for everything that does not match; 1 where something does not.

    Raises:
        DataError: it is no archive that may be taken out.
    """
    with tempfile.TemporaryDirectory(prefix="labreport-") as temporary:
        root = unpack(path, Path(temporary))
        runs = sorted(root.glob(f"{RUNS}/*/*"))
        lines = [*altered(root), *(line for run in runs for line in _of_run(root, run))]
        shown = Counter[str]()
        by_key = {run.name: run for run in runs}
        lines += [line for folder in PACKED for line in _of_items(root, folder, by_key, shown)]
        lines += _of_texts(root, by_key, shown)
        files = len(files_below(root))
        digest = file_digest(root / SUMS)[:DIGITS] if (root / SUMS).is_file() else "none"
    if not runs:
        lines.append(f"{RUNS}/: holds no run, from which a number could be derived")
    said = f"{len(lines)} thing{'s' if len(lines) > 1 else ''} did not match" if lines else "everything matches"
    counted = {"files": files, "runs": len(runs), **{what: shown[what] for what in (*PACKED, "texts")}}
    counts = ", ".join(f"{number} {what if number != 1 else what[:-1]}" for what, number in counted.items())
    apart = f", {shown['apart']} figures, tables and claims of data or published curves" if shown["apart"] else ""
    print(*lines, NOT_DERIVED.format(apart), sep="\n")
    print(f"{path}: {counts} compared; digest {digest}; {said}")
    return 1 if lines else 0


def altered(root: Path) -> Iterator[str]:
    """Whether every file is the one that was packed."""
    yield from sums_faults(root)
    if (named := summed(root)) is not None:  # else that is told already
        there = (path.relative_to(root).as_posix() for path in sorted(root.rglob("*")) if path.is_file())
        added = (name for name in there if name not in named and name != SUMS)
        yield from (f"{name} was added: it has no digest in {SUMS}" for name in added)


def _of_run(root: Path, run: Path) -> Iterator[str]:
    """Whether a run is what its key says, and its results come out of its predictions once more."""
    where = run.relative_to(root)
    yield from (f"{where}: {fault}" for fault in faults("train", run))
    try:
        spec = read_object(run / SPEC)
        kind = TASKS.get(spec["task"]["name"])
        if kind is None or spec["task"]["target"] != kind.target or spec["training"]["loss"]["name"] not in kind.losses:
            yield f"{where}: {SPEC}: names a task or a loss that this project does not have; nothing was derived"
            return
        if unpacked_size(run / PREDICTIONS) > MOST_BYTES:
            yield f"{where}: {PREDICTIONS}: holds more than the predictions of any run; nothing was derived"
            return
        derived = of_predictions(run, spec)
    except DAMAGED as error:
        yield f"{where}: {_not_derived(error)}"
    else:
        yield from _unlike(root, run, derived)


def _of_items(root: Path, what: str, runs: Mapping[str, Path], shown: Counter[str]) -> Iterator[str]:
    """Whether the numbers of figures, tables or claims come out of the archive's own runs once more.

    Those that are made of data or published curves, too, are not in it whole.

    Args:
        root: the archive's folder.
        what: `figures`, `tables` or `claims`.
        runs: by key.
        shown: counts what was compared.
    """
    folder, judged = root / what, dict[str, Any]()
    kinds = {kind.target: kind for kind in KINDS[what].values()}
    items = read_object(folder / SPEC).get("items")
    if not isinstance(items, dict):
        yield f"{what}/{SPEC}: names no {what}"
        return
    if wrong := [name for name in items if not NAME.fullmatch(name)]:
        yield f"{what}/{SPEC}: {wrong[0]!r} is no name"
        return
    for name, spec in items.items():
        gone = [end for end in PACKED[what] if not (folder / f"{name}{end}").is_file()]
        yield from (f"{what}/{name}{end}: is missing" for end in gone)
        try:
            kind = kinds.get(spec["target"])
            of_runs = kind is not None and (kind.of_runs or spec["measurements"])
            if kind is None or not of_runs or spec["data"] or spec.get("files") or [*targets(spec)] != [kind.target]:
                shown["apart"] += 1
                continue
            here = _located(root, spec, runs)
            module = load_module(kind.target, "kind")
            if what == "claims":
                judged[name] = file_of(module, here)
                continue
            files = DERIVED["draw" if what == "figures" else "tabulate"](module, here)
        except DAMAGED as error:
            yield f"{what}/{name}: {_not_derived(error)}"
            continue
        shown[what] += 1
        yield from _unlike(root, folder, {f"{name}.{end}": text for end, text in files.items()})
    if what == "tables":
        yield from _of_frames(root, runs)
    yield from _of_claims(root, folder, items, judged, shown)


def _of_frames(root: Path, runs: Mapping[str, Path]) -> Iterator[str]:
    """Whether the frames beside tables are those of the archive's runs."""
    try:
        spec = _located(root, read_object(root / "tables" / SPEC)["frames"], runs)
        derived = {f"frames/{name}.csv": text for name, text in frames(Results(spec)).items()}
    except DAMAGED as error:
        yield f"tables/frames: {_not_derived(error)}"
    else:
        yield from _unlike(root, root / "tables", derived)


def _of_texts(root: Path, runs: Mapping[str, Path], shown: Counter[str]) -> Iterator[str]:
    """Whether every form of the report but the PDF is what is written once more."""
    yield from (f"{path.name}: is missing" for path in [root / f"{root.name}.pdf"] if not path.is_file())
    for form in SUFFIXES:
        try:
            files = _text(root, form, runs)
        except DAMAGED as error:
            yield f"{root.name}.{SUFFIXES[form]}: {_not_derived(error)}"
            continue
        shown["texts"] += 1
        lines = [*_unlike(root, root, files)]
        remark = _by_others(root, form) if lines else ""
        yield from (f"{line}{remark}" for line in lines)


def _of_claims(
    root: Path, folder: Path, items: Iterable[str], judged: Mapping[str, Any], shown: Counter[str]
) -> Iterator[str]:
    """Whether claims are what was judged once more; of the others, the p value counts in the adjustment."""
    try:
        files = {name: judged[name] if name in judged else read_object(folder / f"{name}.json") for name in items}
        derived = claims(files) if judged else {}
    except DAMAGED as error:
        yield f"{folder.name}: {_not_derived(error)}"
        return
    shown["claims"] += len(judged)
    yield from _unlike(root, folder, {f"{name}.json": derived[f"{name}.json"] for name in judged})


def _unlike(root: Path, folder: Path, derived: Mapping[str, str | bytes]) -> Iterator[str]:
    """A line for each difference between what is in a folder and what is derived."""
    yield from (f"{(folder / name).relative_to(root)}: {fault}" for name, fault in compared(folder, derived))


def _not_derived(error: Exception) -> str:
    return f"cannot be derived ({type(error).__name__}: {' '.join(str(error).split())})"


def placed(experiments: Mapping[str, Any], runs: Mapping[str, Path]) -> dict[str, Any]:
    """What a spec says of experiments, with the folders in which their runs lie here, by key."""
    return {
        name: {**one, "runs": [{**run, "path": str(runs[run["key"]])} for run in one["runs"]]}
        for name, one in experiments.items()
    }


def _located(root: Path, spec: Mapping[str, Any], runs: Mapping[str, Path]) -> dict[str, Any]:
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
    measurements = {name: str(root / TEXT / "measurements" / name) for name in spec.get("measurements", {})}
    claims = {name: str(root / "claims" / f"{name}.json") for name in spec.get("claims", {})}
    return {**spec, "experiments": placed(spec["experiments"], runs), "measurements": measurements, "claims": claims}


def _text(root: Path, form: str, runs: Mapping[str, Path]) -> dict[str, str | bytes]:
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
    found = _located(root, spec, runs)
    for what in ("figures", "tables"):
        found[what] = {one: {**about, "path": str(root / what / one)} for one, about in spec[what].items()}
    found["data"] = {one: str(runs[Path(run).name]) for one, run in spec["data"].items()}
    document = text_of(found, root / TEXT / SOURCES, Provenance(**facts))
    # A page says where its runs lay.
    data = document.data.replace(f"{root}/{RUNS}/".encode(), f"results/{RUNS}/".encode())
    files = {f"{name}.{SUFFIXES[form]}": data}
    if form == "markdown":
        shown = {f"{one}.svg": root / "figures" / f"{one}.svg" for one in spec["figures"]}
        files |= {f"{beside}/{one}": path.read_bytes() for one, path in shown.items()}
    if form in ("latex", "markdown"):
        files |= {f"{beside}/{one.file}": one.path.read_bytes() for one in document.pictures}
    return files | {README: readme(name, spec["declaration"]["title"], spec["lang"])}


def _by_others(root: Path, form: str) -> str:
    """A remark where another state of the project wrote a text than is here; empty where the same one did."""
    spec = read_object(root / TEXT / form / SPEC)
    here = code_digest(roots("write", spec)), languages.digest("write", spec["lang"])
    if (spec.get("code"), spec.get("words")) == here:
        return ""
    commit = read_object(root / TEXT / form / WRITTEN_FROM).get("commit")
    return f" (it was written by another state of this project, commit {commit}, which can be checked out)"
