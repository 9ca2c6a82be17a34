"""Which results are in use: those a declaration refers to at any scale, and those a finished report is made from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from labreport.commands.opening import opened
from labreport.declarations.project import load
from labreport.planning import records
from labreport.planning.changes import read_object
from labreport.planning.plan import Plan
from labreport.planning.products import Products

RUN = re.compile(r"results/runs/([^/]+)/([0-9a-f]{16})")
# What a run was trained on stands in its spec: part -> where it is kept.
KEPT_BY_RUNS = {"data": "results/data", "vectors": "results/vectors"}


def folders_in_use(root: Path, settings: Mapping[str, Any]) -> set[str]:
    """The folders of all runs, measurements, prepared data, word vectors and samples that are in use.

    A declaration refers to what it leads to under every scale of config/scales/, with the seeds of config/config.yaml
    and those given. Beside these, whatever a product was made from that is there counts, if it is declared or a report
    under report/, and so does what runs under way are trained on.

    Args:
        root: the project's folder.
        settings: values of config.yaml beside the file's.

    Returns:
        Paths relative to the project.

    Raises:
        UserError: the declarations are wrong, so that nothing can be said.
    """
    given, configured = load(root, settings), load(root)
    seeds = sorted({*given.config.seeds, *configured.config.seeds})
    found: set[str] = set()
    products: set[str] = set()
    for scale in sorted(path.stem for path in (root / "config/scales").glob("*.yaml")):
        with opened(root, {**settings, "scale": scale, "seeds": seeds}) as plan:
            found.update(_declared(plan))
            products.update(product.record for product in Products(plan).reachable(texts_of(plan.declarations.reports)))
    found.update(_recorded(root, products))
    for folder in [folder for folder in found if RUN.fullmatch(folder)]:
        found.update(trained_on(root / folder / "spec.json"))
    return found


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
            spec = record["spec"]
            runs = (run for one in (spec.get("experiments") or {}).values() for run in one["runs"])
            yield from (run["path"] for run in runs)
            yield from (*(spec.get("data") or {}).values(), *(spec.get("measurements") or {}).values())
