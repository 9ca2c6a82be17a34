"""Whether a product is up to date, told from its record alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from functools import cache

from labreport.planning import records
from labreport.planning.changes import product_changes
from labreport.planning.keys import canonical
from labreport.planning.plan import Plan
from labreport.planning.product import Product

# What users open, and may have changed for themselves: that alone does not have it made again.
DELIVERED = "report/"


class Freshness:
    """Compares products with their records; each file is looked at once.

    Args:
        plan: the project's plan, which also says which runs that failed are done without.
        forced: rules and files that are to be made again in any case.
    """

    def __init__(self, plan: Plan, forced: Collection[str] = ()) -> None:
        self.plan = plan
        self._forced = frozenset(forced)
        self._reasons: dict[Product, str | None] = {}
        self._digest = cache(lambda read: records.digest(plan.root, read))

    def stale(self, product: Product) -> str | None:
        """Why a product is to be made, in a few words; None where what is there is what would be made."""
        if product not in self._reasons:
            self._reasons[product] = next(self._why(product), None)
        return self._reasons[product]

    def _why(self, product: Product) -> Iterator[str]:
        plan = self.plan
        if not self._forced.isdisjoint({product.rule, *product.files}):
            yield "it is forced"
        yield from (f"{run.name} seed {run.seed} is trained" for run in product.runs if not plan.is_settled(run))
        yield from (f"{kept.name} is measured" for kept in product.kept if not kept.is_there(plan.root))
        for needed in product.needs:
            if self.stale(needed):
                yield f"{needed.name} is made again"
        absent = [path for path in product.files if not (plan.root / path).is_file()]
        record = records.load(plan.root / product.record)
        if len(absent) == len(product.files):
            yield "never made" if record is None else f"{absent[0]} is gone"
        if record is None:
            yield "there is no record of what it was made from"
            return
        yield from (f"{path} is gone" for path in absent)
        yield from product_changes(record["spec"], json.loads(canonical(product.spec)))
        for read in records.inputs(product.spec):
            found = self._digest(read)
            if record["inputs"].get(read.path) != found:
                # Of an outcome that no longer tells a failure there is nothing to read, and yet it is there.
                yield f"{read.path} changed" if found or read.outcome else self._gone(product, read.path)
        for path in product.files:
            if not path.startswith(DELIVERED) and record["outputs"].get(path) != self._digest(records.Input(path)):
                yield f"{path} was changed since it was made"

    def _gone(self, product: Product, path: str) -> str:
        """That a file is gone; of a finished run or measurement, that this alone has nothing done to replace it."""
        again = {**{run.folder: "train" for run in product.runs}, **{kept.folder: "measure" for kept in product.kept}}
        for folder, verb in again.items():
            if path.startswith(f"{folder}/"):
                return f"{path} is gone; remove the folder {folder} to {verb} it again"
        return f"{path} is gone"
