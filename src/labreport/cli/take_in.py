"""`labreport import`: runs that were trained from a kit on another machine, checked and taken in."""

import argparse
import re
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from labreport.artifacts.artifact import SPEC, Artifact
from labreport.artifacts.folders import faults
from labreport.artifacts.graph import Graph
from labreport.cli.comparison import compared, of_predictions
from labreport.errors import DataError, UserError
from labreport.files import read_object
from labreport.machine.outcome import content, write_receipt

MOST_BYTES = 256 << 20  # of a file
MOST_FILES = 100_000
MOST_IN_ALL = 8 << 30
LOG = re.compile(r"logs/[\w.-]+\.log")
FILE = re.compile(r"runs/(?P<name>[\w-]+)/(?P<key>[0-9a-f]{16})/(?P<file>SHA256SUMS|\w+\.(?:json|csv|npy|npz|log))")


def take_in(graph: Graph, options: argparse.Namespace) -> int:
    """Take in every run of a tar that is not there yet, each as a whole; 1 where one is refused.

    Raises:
        DataError: the tar cannot be read or holds what no kit's runner writes; nothing is taken in then.
    """
    results = Path("results/runs")
    results.mkdir(parents=True, exist_ok=True)
    graph.everything()
    refused = 0
    with tempfile.TemporaryDirectory(prefix=".import.", dir=results) as temporary:
        _unpack(options.tar, Path(temporary))
        for folder in sorted(Path(temporary).glob("*/*")):
            declared = graph.of_key(folder.name)
            title = declared.title if declared else f"{folder.parent.name}/{folder.name} (nothing declares it)"
            out = results / folder.parent.name / folder.name
            if fault := next(_faults(folder, out, declared), ""):
                print(f"refused: {title}: {fault}")
                refused += 1
            elif content(out) is not None:
                print(f"there already: {title}")
            else:
                out.parent.mkdir(exist_ok=True)
                folder.rename(out)
                write_receipt(out)
                print(f"taken in: {title}")
    return 1 if refused else 0


def _unpack(path: Path, to: Path) -> None:
    """The files of runs below a folder.

    Raises:
        DataError: see `take_in`.
    """
    total = 0
    try:
        with tarfile.open(path, "r:") as tar:
            for count, member in enumerate(tar, start=1):
                found, total = FILE.fullmatch(member.name), total + member.size
                if not member.isreg() or member.issparse() or not (found or LOG.fullmatch(member.name)):
                    raise DataError(f"{path}: refused: {member.name!r} is no file of a run; nothing was taken in")
                if member.size > MOST_BYTES or total > MOST_IN_ALL:
                    raise DataError(f"{path}: refused: {member.name} has {member.size:,} bytes; nothing was taken in")
                stream = tar.extractfile(member)
                if found and stream is not None:
                    target = to / found["name"] / found["key"] / found["file"]
                    if count > MOST_FILES or target.exists():
                        raise DataError(f"{path}: refused: {member.name}: comes twice, or is one of too many files")
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(stream.read())
    except (OSError, tarfile.TarError, EOFError, ValueError) as error:
        words = getattr(error, "strerror", None) or error
        raise DataError(
            f"{path}: cannot be read ({words}); needed is the runs.tar of a kit, whole: docs/gpu.md"
        ) from error


def _faults(folder: Path, out: Path, declared: Artifact | None) -> Iterator[str]:
    """What is wrong with a run, or with the place that it would be put to; one that is declared is derived again."""
    yield from faults("train", folder)
    spec = read_object(folder / SPEC)
    try:
        name = f"{spec['model']['target'].partition(':')[2]}-{spec['data']['dataset']}"
    except (KeyError, TypeError, AttributeError):
        yield f"{SPEC} is no run's"
        return
    if name != folder.parent.name:
        yield f"its folder is called {folder.parent.name}, not {name}"
    if content(out) is None and out.exists():
        yield f"{out} is there, but holds no finished run; move it away"
    if declared is not None:
        try:
            yield from (f"{name}: {fault}" for name, fault in compared(folder, of_predictions(folder, spec)))
        except (UserError, AttributeError, LookupError, TypeError, ValueError, OSError) as error:
            yield f"what it predicted cannot be read ({str(error).replace(f'{folder}/', '')})"
