"""`labreport verify NAME.zip`: an archive that was handed in, checked from what is in it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from labreport.artifacts.artifact import SPEC
from labreport.artifacts.folders import faults
from labreport.cli.comparison import of_predictions, unlike
from labreport.documents.handing_in import RUNS
from labreport.documents.zips import unpack
from labreport.errors import UserError
from labreport.files import SUMS, file_digest, files_below, read_object, sums_faults

DIGITS = 16  # of the digest that is printed


def verify_archive(path: Path) -> int:
    """Print a line for everything that does not match; 1 where something does not.

    Raises:
        DataError: it is no archive that may be taken out.
    """
    with tempfile.TemporaryDirectory(prefix="labreport-") as temporary:
        root = unpack(path, Path(temporary))
        runs = sorted(root.glob(f"{RUNS}/*/*"))
        lines = [*_of_files(root), *(line for run in runs for line in _of_run(root, run))]
        files = len(files_below(root))
        digest = file_digest(root / SUMS)[:DIGITS] if (root / SUMS).is_file() else "none"
    if not runs:
        lines.append(f"{RUNS}/: holds no run, from which a number could be derived")
    said = f"{len(lines)} thing{'s' if len(lines) > 1 else ''} did not match" if lines else "everything matches"
    print(*lines, f"{path}: {files} files, {len(runs)} runs compared; digest {digest}; {said}", sep="\n")
    return 1 if lines else 0


def _of_files(root: Path) -> Iterator[str]:
    """Whether every file is the one that was packed."""
    yield from sums_faults(root)
    try:
        named = {line.partition("  ")[2] for line in (root / SUMS).read_text(encoding="utf-8").splitlines()}
    except (OSError, UnicodeDecodeError):
        return  # which is told already
    there = (path.relative_to(root).as_posix() for path in sorted(root.rglob("*")) if path.is_file())
    yield from (f"{name} was added: it has no digest in {SUMS}" for name in there if name not in named | {SUMS})


def _of_run(root: Path, run: Path) -> Iterator[str]:
    """Whether a run is what its key says, and its results come out of its predictions once more."""
    where = run.relative_to(root)
    yield from (f"{where}: {fault}" for fault in faults("train", run))
    try:
        derived = of_predictions(run, read_object(run / SPEC))
    except (UserError, AttributeError, LookupError, TypeError, ValueError, OSError) as error:
        yield f"{where}: cannot be derived ({type(error).__name__}: {' '.join(str(error).split())})"
        return
    for name, text in derived.items():
        try:
            found = (run / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            yield f"{where}/{name}: cannot be read ({error})"
        else:
            yield from (f"{where}/{name}: {place}" for place in unlike(found, text))
