"""`labreport prune`: what no declaration refers to any more, and its removal."""

import argparse
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from labreport.artifacts.artifact import FOLDERS, SPEC, Artifact
from labreport.artifacts.difference import followed, is_code, is_gone
from labreport.artifacts.graph import Graph
from labreport.declarations.project import Project
from labreport.errors import ResultsError
from labreport.files import read_json, read_object
from labreport.machine.outcome import content
from labreport.store import is_locked

KEY = re.compile(r"\.?(?P<key>[0-9a-f]{16})\b.*")
# Folders under results/ whose NAME/KEY belong to runs, beside those of artifacts.
OF_RUNS = ("checkpoints", "tensorboard")
# Folders in which what differs in its code alone is kept: it took long.
CODED = frozenset({"runs", "measurements", "data", "vectors"})
UNITS = ("bytes", "kB", "MB", "GB", "TB")
QUIET_S = 3600


@dataclass(frozen=True)
class Leftover:
    """Something that nothing refers to.

    Attributes:
        path: under results/.
        size: bytes of its files.
        refusal: why it is not removed; empty where it may be.
        superseded: whether it differs from what is declared in its code alone, or in its seed.
    """

    path: Path
    size: int
    refusal: str
    superseded: bool


def prune(graph: Graph, options: argparse.Namespace) -> int:
    """Print what is not in use, by sort and with sizes; remove it if that is wanted; 0.

    Raises:
        UserError: a declaration is wrong, so that nothing can be said, or Snakemake is at work.
    """
    found = list(leftovers(graph))
    if not found:
        print("nothing to remove: all results are in use")
        return 0
    for sort in dict.fromkeys(one.path.parts[1] for one in found):
        own = [one for one in found if one.path.parts[1] == sort]
        print(f"{sort}: {_total(own)}")
        for one in own:
            remark = one.refusal or ("differs in its code alone from what is declared" if one.superseded else "")
            print(f"  {one.path}  {amount(one.size)}{f'  ({remark})' if remark else ''}")
    free = [one for one in found if not one.refusal and (options.superseded or not one.superseded)]
    spared = [one for one in found if not one.refusal and one not in free]
    if options.delete:
        _remove(free)
    elif free:
        print(f"{_total(free)} can be removed: labreport prune --delete{' --superseded' if options.superseded else ''}")
    if spared:
        print(f"{_total(spared)} kept in case an edit is taken back, unless: labreport prune --delete --superseded")
    return 0


def leftovers(graph: Graph) -> Iterator[Leftover]:
    """Everything under results/ that is addressed by a key and not in use.

    In use is what declarations lead to under every scale and with the settings that are given, and what a section on
    the page of measured results was made from. A run that differs from a declared one in its seed is in use, too; one
    that differs in its code is superseded.

    Raises:
        UserError: a declaration is wrong, so that nothing can be said.
    """
    declared: dict[str, Artifact] = {}
    given = [graph.project] if graph.project.overridden else []
    for project in (*given, *(Project(graph.root, {"scale": scale}) for scale in graph.project.scales)):
        if mistakes := project.mistakes():
            raise ResultsError("\n".join(mistakes))
        declared |= {artifact.key: artifact for artifact in Graph(project).everything()}
    used = {*declared, *_published(graph.root)}
    for step, folder in (*FOLDERS.items(), *(("train", folder) for folder in OF_RUNS)):
        for path in sorted(Path("results", folder).glob("*/*")):
            if not (found := KEY.fullmatch(path.name)):
                continue
            own = Path("results", FOLDERS[step], path.parent.name, found["key"])
            part = own.with_name(f"{own.name}.part")
            unfinished = path.name.startswith(".")  # by a process that was killed while it wrote or removed it
            needless = unfinished or (folder == "checkpoints" and content(own) is not None)
            if _is_busy(path if unfinished else part) or (own.name in used and not needless):
                continue
            apart = [] if needless else list(_apart(step, (own, part, path), declared.values()))
            if {"seed"} not in apart:
                superseded = folder in CODED and any(kinds <= {"seed", "code"} for kinds in apart)
                yield Leftover(path, _size(path), _refusal(path), superseded)


def _apart(step: str, places: Sequence[Path], declared: Iterable[Artifact]) -> Iterator[set[str]]:
    """In what something differs from each artifact of its name: its seed, its code, also that of what is gone, more."""
    place = next((one for one in places if read_object(one / SPEC)), None)
    for artifact in declared if place else ():
        if place and (artifact.step, artifact.name) == (step, place.parent.name):
            found = followed(place, read_object(place / SPEC), step, artifact.spec, artifact.needs)
            yield {
                "seed" if one[0] == ("seed",) else "code" if is_code(one) or is_gone(one) else "more" for one in found
            }


def _published(root: Path) -> Iterator[str]:
    """The keys of what the sections that are still on the page of measured results were made from."""
    try:
        page = (root / "docs/results.md").read_text(encoding="utf-8")
    except OSError:
        return
    for path in Path("results/sections").glob("*/*/section.md"):
        try:
            if path.read_text(encoding="utf-8") in page:
                spec = read_json(path.with_name(SPEC))
                yield path.parent.name
                yield from [run["key"] for one in spec["experiments"].values() for run in one["runs"]]
                yield from [Path(folder).name for folder in spec["measurements"].values()]
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            found = f"{type(error).__name__}: {error}"
            raise ResultsError(
                f"{path.parent}: is damaged ({found}), so that it does not tell which runs a page shows; "
                "delete this folder and publish again"
            ) from None


def _is_busy(part: Path) -> bool:
    """Whether a process is at work on an unfinished folder, or was within the hour."""
    with suppress(FileNotFoundError):
        latest = max(one.lstat().st_mtime for one in (part, *part.rglob("*")))
        return is_locked(part) or time.time() - latest < QUIET_S
    return is_locked(part)


def _refusal(path: Path) -> str:
    """Why something is not removed although nothing refers to it: it is a link, or lies behind one."""
    if path.is_symlink():
        return "is a link; remove it by hand"
    inside = Path("results").resolve() / path.relative_to("results")
    return "" if path.resolve() == inside else "lies behind a link; remove it by hand"


def _size(path: Path) -> int:
    """Bytes of a file or of all files below a folder; what vanishes meanwhile counts nothing."""
    total = 0
    for one in () if path.is_symlink() else (path, *path.rglob("*")):
        with suppress(FileNotFoundError):
            total += one.lstat().st_size if one.is_file() and not one.is_symlink() else 0
    return total


def _remove(found: Iterable[Leftover]) -> None:
    """Remove one after the other, each whole or gone at any moment: a folder is renamed first.

    Raises:
        ResultsError: Snakemake is at work.
    """
    removed: list[Leftover] = []
    try:
        for one in found:
            if any(Path(".snakemake/locks").glob("*")):
                raise ResultsError(
                    ".snakemake/locks: Snakemake is at work in this folder; wait until it has ended (after a crash: "
                    "snakemake --unlock), then prune again"
                )
            path, name = one.path, one.path.name
            try:
                if path.is_dir():
                    condemned = path if name.endswith(".pruned") else path.with_name(f".{name.lstrip('.')}.pruned")
                    os.rename(path, condemned)
                    shutil.rmtree(condemned)
                else:
                    path.unlink()
            except OSError as error:
                print(f"kept: {path}: {error.strerror or error}")
            else:
                removed.append(one)
    finally:
        print(f"removed {_total(removed)}")


def _total(found: Sequence[Leftover]) -> str:
    return f"{amount(sum(one.size for one in found))} in {len(found)} place{'' if len(found) == 1 else 's'}"


def amount(count: float) -> str:
    """Bytes as one says them: 812 bytes, 1.4 MB."""
    for unit in UNITS[:-1]:
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == UNITS[0] else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} {UNITS[-1]}"
