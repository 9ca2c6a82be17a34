"""A product: something that is made from runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labreport.planning.plan import Kept, Run

# Kind of product -> the rule of the workflow that makes it.
RULES = {
    "figure": "draw",
    "table": "tabulate",
    "claim": "judge",
    "frames": "gather",
    "text": "write_{form}",
    "pdf": "typeset",
}


@dataclass(frozen=True)
class Product:
    """A figure, table, claim, a report's frames, its text in one format, or its PDF.

    Attributes:
        kind: figure, table, claim, frames, text or pdf.
        title: what Snakemake calls the job, such as "draw loss_mycnn (zh)".
        report: the report that declares it.
        name: of the figure, table or claim; else the file that is written.
        lang: of its words; None where it has none.
        spec: what its step is given.
        files: what the step writes; relative to the project.
        runs: the runs that it is made from itself.
        kept: measurements that it is made from itself.
        needs: the products that it is made from.
        record: the path of its record.
    """

    kind: str
    title: str
    report: str
    name: str
    lang: str | None
    spec: Mapping[str, Any]
    files: tuple[str, ...]
    runs: tuple[Run, ...]
    kept: tuple[Kept, ...]
    needs: tuple[Product, ...]
    record: str

    @property
    def rule(self) -> str:
        """The rule of the workflow that makes it."""
        return RULES[self.kind].format(form="latex" if self.files[0].endswith(".tex") else "markdown")

    @property
    def declared(self) -> tuple[str, ...]:
        """The files that Snakemake can be asked for: of a text none of the pictures beside it."""
        return self.files[:1] if self.kind == "text" else self.files

    @property
    def step(self) -> str:
        """The step that makes it."""
        return self.rule.partition("_")[0]

    def __hash__(self) -> int:
        return hash(self.record)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Product) and self.record == other.record
