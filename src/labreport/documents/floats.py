"""Figures, tables and references of a template: what is called, checked as it is called.

In the pandoc Markdown that a template becomes, a figure or table is a fenced div of class `labfloat` that holds its
caption, a reference a span of class `labref`. `labreport.documents.tree` puts the format's own text in their place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from labreport.documents.views import unknown
from labreport.errors import TemplateError

FLOAT_CLASS, REFERENCE_CLASS = "labfloat", "labref"
KINDS = {"fig": "figure", "tab": "table"}


@dataclass
class Floats:
    """The figures and tables of a report, and which of them a template has used.

    Args:
        figures: name -> `{"path": PREFIX, "width": "half" | "full"}`.
        tables: name -> `{"path": PREFIX}`.
    """

    figures: Mapping[str, Mapping[str, Any]]
    tables: Mapping[str, Mapping[str, Any]]
    used: list[str] = field(default_factory=list)

    def functions(self) -> dict[str, Callable[..., str]]:
        """What a template calls: `figure`, `figures`, `table`, `ref`."""
        return {"figure": self.figure, "figures": self.side_by_side, "table": self.table, "ref": self.ref}

    def figure(self, name: str, caller: Callable[[], str] | None = None) -> str:
        """One figure; the caption is the body of the call."""
        return self._float("fig", [name], caller)

    def side_by_side(self, *names: str, caller: Callable[[], str] | None = None) -> str:
        """Two figures of half the text's width under one caption."""
        if len(names) != 2:
            raise TemplateError(f"figures() takes two names; found {len(names)}: {', '.join(map(str, names))}")
        for name in names:
            if name in self.figures and self.figures[name].get("width") != "half":
                raise TemplateError(f'figures(): {name} is not half as wide as the text; declare it "width: half"')
        return self._float("fig", list(names), caller)

    def table(self, name: str, caller: Callable[[], str] | None = None) -> str:
        """One table; the caption is the body of the call."""
        return self._float("tab", [name], caller)

    def ref(self, target: str) -> str:
        """The name and number of `fig:NAME`, `tab:NAME` or `sec:ID`, as a link."""
        kind, _, name = str(target).partition(":")
        if kind not in (*KINDS, "sec") or not name:
            raise TemplateError(f'ref("{target}"): a target is "fig:NAME", "tab:NAME" or "sec:ID"')
        if kind in KINDS:
            self._known(kind, name)
        return f"[]{{.{REFERENCE_CLASS} target={json.dumps(str(target))}}}"

    def unused(self) -> list[str]:
        """Targets of figures and tables that the template never shows."""
        declared = [f"fig:{name}" for name in self.figures] + [f"tab:{name}" for name in self.tables]
        return [target for target in declared if target not in self.used]

    def _known(self, kind: str, name: str) -> None:
        declared = self.figures if kind == "fig" else self.tables
        if name not in declared:
            raise unknown(name, KINDS[kind], declared)

    def _float(self, kind: str, names: list[str], caller: Callable[[], str] | None) -> str:
        for name in names:
            self._known(kind, name)
            if f"{kind}:{name}" in self.used:
                raise TemplateError(f"the {KINDS[kind]} {name!r} is shown twice; refer to it with ref()")
            self.used.append(f"{kind}:{name}")
        lines = [line.strip() for line in (caller() if caller else "").strip().splitlines()]
        if not lines or not all(lines):
            raise TemplateError(f"the {KINDS[kind]} {names[0]!r} needs a caption of one paragraph")
        attributes = f"kind={kind} names={json.dumps(' '.join(names))}"
        caption = "\n".join(lines)
        return f"\n\n::: {{.{FLOAT_CLASS} {attributes}}}\n{caption}\n:::\n\n"
