"""`labreport prune`: what no declaration refers to any more, and its removal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from labreport.commands.leftovers import Leftover, leftovers, remove
from labreport.commands.references import references
from labreport.errors import ResultsError
from labreport.planning.changes import read_object

SUPERSEDED = "of what is declared, by code that was edited since:"
UNITS = ("bytes", "kB", "MB", "GB", "TB")


def prune(root: Path, settings: Mapping[str, Any], *, delete: bool, superseded: bool = False) -> int:
    """Print what is not in use, by sort and with sizes; remove it if that is wanted.

    Args:
        root: the project's folder.
        settings: values of config.yaml beside the file's.
        delete: remove what no declaration leads to with any seed or code.
        superseded: remove, too, what differs from what is declared in its code alone.

    Returns:
        The exit status, 0.

    Raises:
        UserError: the declarations are wrong, or something may be under way.
    """
    if delete:
        _refuse_while_locked(root)
    refers = references(root, settings)
    found = leftovers(root, refers.used, refers.superseded)
    if not found:
        print("nothing to remove: all results are in use")
        return 0
    other, old = ([one for one in found if one.superseded == sort] for sort in (False, True))
    print("\n".join([*_lines(root, other), *([SUPERSEDED, *_lines(root, old)] if old else [])]))
    free = [one for one in found if not one.refusal and (superseded or not one.superseded)]
    spared = [one for one in old if not one.refusal and one not in free]
    if delete:
        _remove(root, free)
    elif free:
        print(f"{_total(free)} can be removed: labreport prune --delete{' --superseded' if superseded else ''}")
    if spared:
        print(f"{_total(spared)} kept in case an edit is taken back, unless: labreport prune --delete --superseded")
    return 0


def _remove(root: Path, found: Iterable[Leftover]) -> None:
    """Remove one after the other, until Snakemake begins to work.

    Raises:
        ResultsError: it began.
    """
    removed: list[Leftover] = []
    try:
        for one in found:
            _refuse_while_locked(root)
            if _is_removed(root, one):
                removed.append(one)
    finally:
        print(f"removed {_total(removed)}")


def _total(found: Sequence[Leftover]) -> str:
    return f"{amount(sum(one.size for one in found))} in {len(found)} place{'' if len(found) == 1 else 's'}"


def _refuse_while_locked(root: Path) -> None:
    if any((root / ".snakemake/locks").glob("*")):
        raise ResultsError(
            ".snakemake/locks: Snakemake is at work in this folder; wait until it has ended (after a crash: "
            "snakemake --unlock), then prune again"
        )


def _lines(root: Path, found: Sequence[Leftover]) -> list[str]:
    lines = []
    for sort in dict.fromkeys(one.sort for one in found):
        own = [one for one in found if one.sort == sort]
        lines.append(f"{sort}: {len(own)}, {amount(sum(one.size for one in own))}")
        for one in own:
            remark = f" ({one.refusal})" if one.refusal else _seed(root, one)
            lines.append(f"  {one.path}  {amount(one.size)}{remark}")
    return lines


def _seed(root: Path, leftover: Leftover) -> str:
    """Which seed a run was of; its path tells the experiment."""
    spec = read_object(root / leftover.path / "spec.json") if leftover.sort in {"run", "stopped attempt"} else None
    return f"  seed {spec['seed']}" if spec and "seed" in spec else ""


def _is_removed(root: Path, leftover: Leftover) -> bool:
    try:
        remove(root, leftover)
    except ResultsError as error:
        print(f"kept: {error}")
        return False
    return True


def amount(size: float) -> str:
    """Bytes as one says them: 812 bytes, 1.4 MB."""
    for unit in UNITS[:-1]:
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == UNITS[0] else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} {UNITS[-1]}"
