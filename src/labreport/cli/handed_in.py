"""`labreport verify NAME.zip`: an archive that was handed in, checked from what is in it."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import SPEC, targets
from labreport.artifacts.folders import faults
from labreport.claims.registry import KINDS as CLAIMS
from labreport.claims.verdict import file_of
from labreport.cli.comparison import claims, compared, of_predictions
from labreport.documents.handing_in import PACKED, RUNS
from labreport.documents.zips import MOST_BYTES, unpack, unpacked_size
from labreport.errors import UserError
from labreport.figures.picture import told
from labreport.figures.registry import KINDS as FIGURES
from labreport.files import SUMS, file_digest, files_below, read_object, summed, sums_faults
from labreport.loading import load_module
from labreport.tables import table
from labreport.tables.registry import KINDS as TABLES
from labreport.training.tasks import TASKS

DIGITS = 16  # of the digest that is printed
PREDICTIONS = "predictions.npz"
DAMAGED = (UserError, AttributeError, LookupError, TypeError, ValueError, OSError)  # what hostile files can raise
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
        packed = [name for name in PACKED if name != "claims" or (root / name).is_dir()]  # which older ones do not hold
        lines += [line for folder in packed for line in _of_items(root, folder, by_key, shown)]
        files = len(files_below(root))
        digest = file_digest(root / SUMS)[:DIGITS] if (root / SUMS).is_file() else "none"
    if not runs:
        lines.append(f"{RUNS}/: holds no run, from which a number could be derived")
    said = f"{len(lines)} thing{'s' if len(lines) > 1 else ''} did not match" if lines else "everything matches"
    counts = ", ".join([f"{files} files", f"{len(runs)} runs", *(f"{shown[folder]} {folder}" for folder in PACKED)])
    print(*lines, f"{path}: {counts} compared; digest {digest}; {said}", sep="\n")
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

    Those that are made of data, measurements, claims or published curves, too, are not in it whole.

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
    for name, spec in items.items():
        try:
            kind = kinds.get(spec["target"])
            others = spec["data"] or spec["measurements"] or spec.get("files") or spec.get("claims")
            if kind is None or not kind.of_runs or others or [*targets(spec)] != [kind.target]:
                continue
            here = {**spec, "experiments": {key: _here(one, runs) for key, one in spec["experiments"].items()}}
            module = load_module(kind.target, "kind")
            if what == "claims":
                judged[name] = file_of(module, here)
                continue
            files = DERIVED["draw" if what == "figures" else "tabulate"](module, here)
        except DAMAGED as error:
            yield f"{what}/{name}: {_not_derived(error)}"
            continue
        shown[what] += 1
        yield from _unlike(root, folder, {f"{name}.{end}": text for end, text in files.items() if end != "json"})
    yield from _of_claims(root, folder, items, judged, shown)


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


def _here(experiment: Mapping[str, Any], runs: Mapping[str, Path]) -> dict[str, Any]:
    """What a spec says of an experiment, whose runs are those of the archive."""
    return {**experiment, "runs": [{**run, "path": str(runs[run["key"]])} for run in experiment["runs"]]}


def _unlike(root: Path, folder: Path, derived: Mapping[str, str]) -> Iterator[str]:
    """A line for each difference between what is in a folder and what is derived."""
    yield from (f"{(folder / name).relative_to(root)}: {fault}" for name, fault in compared(folder, derived))


def _not_derived(error: Exception) -> str:
    return f"cannot be derived ({type(error).__name__}: {' '.join(str(error).split())})"
