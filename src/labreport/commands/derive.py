"""A report's figures, tables, claims, frames and texts, derived from its runs once more, into another folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labreport.commands.words import STEPS
from labreport.documents.document import render
from labreport.documents.provenance import Provenance
from labreport.errors import ResultsError
from labreport.files import write_text
from labreport.planning.code import code_digest
from labreport.planning.records import roots
from labreport.steps.draw import tell
from labreport.steps.gather import gather
from labreport.steps.judge import judge
from labreport.steps.tabulate import tabulate


def derive(kind: str, name: str, record: Mapping[str, Any], folder: Path) -> list[str]:
    """Make a product as its record says it was made, from the runs as they are now.

    Paths of runs and templates are relative to the current folder. A text takes the figures' words, the tables and the
    claims that were derived before, so that a change in one of these is told once.

    Args:
        kind: figure, table, claim, frames or text; of a PDF nothing can be derived without TeX.
        name: the first of the files that the product consists of.
        record: its record.
        folder: where the files are written, under their own paths.

    Returns:
        The paths of those that were derived: of a figure not the pictures, of a text not those beside it.

    Raises:
        UserError: runs or a template lack what it needs, or the record is of another layout.
    """
    try:
        return _derived(kind, name, record, folder)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        found = f"{type(error).__name__}: {error}"
        raise ResultsError(
            f"its record is of another version or its runs are damaged ({found}); make it again"
        ) from error


def _derived(kind: str, name: str, record: Mapping[str, Any], folder: Path) -> list[str]:
    spec = record["spec"]
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = str(path.with_suffix(""))
    own = name.removesuffix(path.suffix)
    if kind == "figure":
        tell(spec, prefix)
        return [f"{own}.csv", f"{own}.txt"]
    if kind == "table":
        tabulate(spec, prefix)
        return [f"{own}.csv", f"{own}.json"]
    if kind == "claim":
        judge(spec, str(path))
        return [name]
    if kind == "frames":
        gather(spec, path.parent)
        return [one for one in record["outputs"] if (folder / one).is_file()]
    if kind == "text":
        form = "latex" if path.suffix == ".tex" else "markdown"
        derived = with_derived(folder, spec)
        write_text(path, render(Path(spec["template"]), form, spec["lang"], derived, _written_from(record)))
        return [name]
    return []


def code_changed(kind: str, spec: Mapping[str, Any]) -> bool:
    """Whether the code that makes a product is another one than when it was made."""
    return bool(code_digest(roots(STEPS[kind][0], spec)) != spec.get("code"))


def with_derived(folder: Path, spec: Mapping[str, Any]) -> dict[str, Any]:
    """The spec of a text that takes what was derived; what was not, it takes from where it lies."""

    def moved(path: str, suffix: str = "") -> str:
        return str(folder / path) if (folder / f"{path}{suffix}").is_file() else path

    return {
        **spec,
        "figures": {name: {**one, "path": moved(one["path"], ".csv")} for name, one in spec["figures"].items()},
        "tables": {name: {**one, "path": moved(one["path"], ".json")} for name, one in spec["tables"].items()},
        "claims": {name: moved(path) for name, path in spec["claims"].items()},
    }


def _written_from(record: Mapping[str, Any]) -> Provenance:
    facts = record.get("facts") or {}
    try:
        return Provenance(str(facts["commit"]), str(facts["date"]), int(facts["epoch"]))
    except (KeyError, TypeError, ValueError):
        raise ResultsError("its record does not say from which state it was written; build the report again") from None
