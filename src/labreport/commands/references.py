"""Which results are in use: those a declaration refers to at any scale, and those a finished report is made from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labreport.commands.kindred import Kindred, specs_in
from labreport.commands.opening import opened
from labreport.planning import records
from labreport.planning.changes import read_object
from labreport.planning.plan import Plan
from labreport.planning.products import Products

RUN = re.compile(r"results/runs/([^/]+)/([0-9a-f]{16})")
# What the sections of the page of measured results were made from: REPORT.SCALE.json.
PUBLISHED = "results/records/publish"
# What a run was trained on stands in its spec: part -> where it is kept.
KEPT_BY_RUNS = {"data": "results/data", "vectors": "results/vectors"}


@dataclass(frozen=True)
class References:
    """The folders of runs, measurements, prepared data, word vectors and samples that something refers to.

    Attributes:
        used: those that are in use, relative to the project.
        superseded: runs and measurements that differ in their code alone from what is declared, and what such runs were
            trained on. An edit that is taken back would have them again.
    """

    used: frozenset[str]
    superseded: frozenset[str]


def references(root: Path, settings: Mapping[str, Any]) -> References:
    """What is in use, and what a change of code alone took out of use.

    A declaration refers to what it leads to under every scale of config/scales/, with whatever seed. Beside these,
    whatever a product was made from that is there counts, if it is declared or a report under report/, what a section
    of the page of measured results was made from, and what runs in use are trained on.

    Args:
        root: the project's folder.
        settings: values of config.yaml beside the file's.

    Raises:
        UserError: the declarations are wrong, so that nothing can be said.
    """
    used: set[str] = set()
    products: set[str] = set()
    plans = []
    for scale in sorted(path.stem for path in (root / "config/scales").glob("*.yaml")):
        with opened(root, {**settings, "scale": scale}) as plan:
            plans.append(plan)
            used.update(_declared(plan))
            products.update(product.record for product in Products(plan).reachable(texts_of(plan.declarations.reports)))
    kindred = Kindred(plans)
    used.update(folder for name, folder, spec in specs_in(root, "runs") if kindred.differs_in_seed(name, spec))
    used.update(_recorded(root, products))
    used.update(_published(root))
    superseded = {
        folder for name, folder, spec in specs_in(root, "runs") if kindred.differs_in_code(root, name, spec)
    } | {
        folder
        for name, folder, spec in specs_in(root, "measurements")
        if kindred.measurement_differs_in_code(name, spec)
    }
    return References(frozenset(_with_origins(root, used)), frozenset(_with_origins(root, superseded) - used))


def _with_origins(root: Path, folders: set[str]) -> set[str]:
    """Folders, and for the runs among them what these are trained on."""
    runs = [folder for folder in folders if RUN.fullmatch(folder)]
    specs = (root / f"{run}{ending}/spec.json" for run in runs for ending in ("", ".part"))
    return folders.union(*(trained_on(path) for path in specs))


def texts_of(reports: Iterable[str]) -> list[str]:
    """The targets that stand for some reports in every language and format."""
    endings = [f"{lang}.{form}" for lang in ("", ".zh", ".en") for form in ("pdf", "md")]
    return [f"report/{name}{ending}" for name in reports for ending in endings]


def trained_on(path: Path) -> Iterator[str]:
    """The folders of the prepared data and word vectors that a `spec.json` names."""
    spec = read_object(path) or {}
    data = spec.get("data") if isinstance(spec.get("data"), dict) else {}
    for part, folder in KEPT_BY_RUNS.items():
        own = spec.get(part)
        if isinstance(own, dict) and data:
            yield f"{folder}/{data.get('dataset')}/{own.get('key')}"


def _declared(plan: Plan) -> Iterator[str]:
    yield from (run.folder for runs in plan.runs.values() for run in runs)
    yield from (*plan.prepared, *plan.vectors, *plan.measurements)
    yield from (sample.folder for sample in plan.samples.values())


def _recorded(root: Path, declared: set[str]) -> Iterator[str]:
    """Folders that products which are there were made from, as their records say."""
    for path in (root / "results/records").rglob("*.json"):
        record = records.load(path)
        if record is None:
            continue
        there = [name for name in record["outputs"] if (root / name).is_file()]
        if there and (str(path.relative_to(root)) in declared or any(name.startswith("report/") for name in there)):
            yield from folders_named(record["spec"])


def _published(root: Path) -> Iterator[str]:
    """Folders that the sections of the page of measured results were made from, of those that are still on it."""
    for path in (root / PUBLISHED).glob("*.json"):
        record = records.load(path)
        if record is None:
            continue
        begin = str((record.get("facts") or {}).get("begin", ""))
        if any(begin in _text(root / name) for name in record["outputs"]):
            yield from folders_named(record["spec"])


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def folders_named(spec: Mapping[str, Any]) -> list[str]:
    """The folders of runs, data and measurements in a product's spec; none where it is of another layout."""
    found: list[str] = []
    with suppress(KeyError, TypeError, AttributeError):
        for experiment in (spec.get("experiments") or {}).values():
            found += [run["path"] for run in experiment["runs"]]
        found += [*(spec.get("data") or {}).values(), *(spec.get("measurements") or {}).values()]
    return [folder for folder in found if isinstance(folder, str)]
