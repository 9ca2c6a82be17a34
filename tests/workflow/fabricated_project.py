"""Play Snakemake: what is to be trained is fabricated, what is to be made is written as bytes, with its true record.

Run in a project's folder as `python -m tests.workflow.fabricated_project TARGET ...`, so that keys and records are
taken of the sources of that very project.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from labreport.declarations.project import load
from labreport.files import write_sums
from labreport.metrics import metric_columns
from labreport.planning import records
from labreport.planning.keys import canonical
from labreport.planning.plan import Kept, Plan, Run
from labreport.planning.product import Product
from labreport.planning.products import Products
from tests.planning.earlier import leave, write

EPOCHS = 3


def make(targets: Sequence[str]) -> list[str]:
    """Train, measure and make what targets need in the current folder.

    Returns:
        The titles of what was made.
    """
    products = Products(Plan(load(Path())))
    needed = products.reachable(targets)
    made = [product for product in needed if products.stale(product)]
    for run in {run.folder: run for product in needed for run in product.runs}.values():
        _train(products.plan, run)
    for kept in {kept.folder: kept for product in needed for kept in product.kept}.values():
        _measure(products.plan, kept)
    for product in made:
        _write(products.plan, product)
    return [product.title for product in made]


def _train(plan: Plan, run: Run) -> None:
    if run.is_there(plan.root):
        return
    folder = leave(plan, run)
    task = run.spec["task"]["name"]
    measured = [*metric_columns(task), "learning_rate", "seconds", "samples_per_second"]
    rows = [{"epoch": epoch, **dict.fromkeys(measured, epoch / 10)} for epoch in range(1, EPOCHS + 1)]
    _write_rows(folder / "metrics.csv", rows)
    if task == "classification":
        _write_rows(folder / "per_class.csv", [{"class": "cat", "samples": 10, "correct": 4, "accuracy": 0.4}])
        _write_rows(folder / "confusion.csv", [{"true": "cat", "predicted": "cat", "count": 4}])
    else:
        _write_rows(folder / "predictions.csv", [{"score": 2.5, "predicted": 2.25}])
    (folder / "filters.npy").write_bytes(b"weights")
    write_sums(folder)


def _measure(plan: Plan, kept: Kept) -> None:
    if kept.is_there(plan.root):
        return
    folder = plan.root / kept.folder
    write(folder / "spec.json", kept.spec)
    write(folder / "environment.json", {"device": "Test CPU"})
    _write_rows(folder / "measurement.csv", [{"implementation": "own", "milliseconds": 1.5}])
    write_sums(folder)


def _write(plan: Plan, product: Product) -> None:
    text = f"{product.title}\n{canonical(product.spec)}\n"
    with records.recorded(product.step, product.spec, product.files, plan.root / product.record):
        for name in product.files:
            path = plan.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def _write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    rows = list(rows)
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    print(json.dumps(make(sys.argv[1:])))
