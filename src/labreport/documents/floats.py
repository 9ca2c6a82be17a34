"""What a template shows and names: figures, tables, listings, algorithms, references, citations; checked when called.

In the pandoc Markdown that a template becomes, what is shown is a fenced div of class `labfloat` that holds its
caption, a reference a span of class `labref`, a citation one of class `labcite`. `labreport.documents.tree` puts the
format's own text in their place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labreport.documents import algorithms, listings
from labreport.documents.bibliography import FILE
from labreport.documents.naming import unknown
from labreport.documents.text import pandoc_markdown
from labreport.errors import TemplateError

FLOAT_CLASS, REFERENCE_CLASS, CITATION_CLASS, STEP_CLASS = "labfloat", "labref", "labcite", "labstep"
KINDS = {"fig": "figure", "tab": "table", "lst": "listing", "alg": "algorithm"}
TARGETS = '"fig:NAME", "tab:NAME", "lst:NAME", "alg:NAME" or "sec:ID"'


@dataclass
class Floats:
    """What a report may show, and which of it a template has used.

    Args:
        figures: name -> `{"path": PREFIX, "width": "half" | "full"}`.
        tables: name -> `{"path": PREFIX}`.
        works: key -> an entry of the bibliography.
        marks: of figures, name -> what their captions end with.
        modules: those whose code may be shown, since the plan knows them; None knows all.
    """

    figures: Mapping[str, Mapping[str, Any]]
    tables: Mapping[str, Mapping[str, Any]]
    works: Mapping[str, Any] = field(default_factory=dict)
    marks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    modules: Collection[str] | None = None
    used: list[str] = field(default_factory=list)
    listings: dict[str, listings.Excerpt] = field(default_factory=dict)

    def functions(self) -> dict[str, Callable[..., str]]:
        """What a template calls: `figure`, `figures`, `table`, `source`, `algorithm`, `ref`, `cite`."""
        return {
            "figure": self.figure,
            "figures": self.side_by_side,
            "table": self.table,
            "source": self.source,
            "algorithm": self.algorithm,
            "ref": self.ref,
            "cite": self.cite,
        }

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

    def source(self, target: str) -> str:
        """The code of `labreport.MODULE:NAME`, with line numbers; `ref("lst:NAME")` refers to it."""
        found = listings.excerpt(target)
        module = target.partition(":")[0]
        if self.modules is not None and module not in self.modules:
            raise TemplateError(
                f'source("{target}"): this name is put together, so that an edit of {module} would not be seen; write '
                f'"{target}" into the template as it is'
            )
        self._show("lst", found.name)
        self.listings[found.name] = found
        return _div("lst", [found.name], "")

    def algorithm(self, name: str, caption: str, caller: Callable[[], str] | None = None) -> str:
        """An algorithm; the body of the call has one statement a line, see `labreport.documents.algorithms`."""
        self._show("alg", name)
        steps = "\n\n".join(
            f"::: {{.{STEP_CLASS} level={statement.level} word={json.dumps(statement.word)}}}\n{statement.text}\n:::"
            for statement in algorithms.statements(name, caller() if caller else "")
        )
        return _div("alg", [name], f"{self._caption('alg', name, str(caption))}\n\n{steps}")

    def ref(self, target: str) -> str:
        """The name and number of a target, as a link."""
        kind, _, name = str(target).partition(":")
        if kind not in (*KINDS, "sec") or not name:
            raise TemplateError(f'ref("{target}"): a target is {TARGETS}')
        if kind in ("fig", "tab"):
            self._known(kind, name)
        return f"[]{{.{REFERENCE_CLASS} target={json.dumps(str(target))}}}"

    def cite(self, *keys: str) -> str:
        """The numbers of works in the list of references, as links: `[1, 2]`."""
        if not keys:
            raise TemplateError(f"cite() needs the key of an entry of {FILE}")
        for key in keys:
            if key not in self.works:
                raise unknown(key, f"entry in {FILE}", self.works)
        return f"[]{{.{CITATION_CLASS} keys={json.dumps(' '.join(keys))}}}"

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
            self._show(kind, name)
        marks = dict.fromkeys(mark for name in names if kind == "fig" for mark in self.marks.get(name, ()) if mark)
        caption = [self._caption(kind, names[0], caller() if caller else ""), *map(pandoc_markdown, marks)]
        return _div(kind, names, " ".join(caption))

    def _show(self, kind: str, name: str) -> None:
        if f"{kind}:{name}" in self.used:
            raise TemplateError(f"the {KINDS[kind]} {name!r} is shown twice; refer to it with ref()")
        self.used.append(f"{kind}:{name}")

    def _caption(self, kind: str, name: str, text: str) -> str:
        lines = [line.strip() for line in text.strip().splitlines()]
        if not lines or not all(lines):
            raise TemplateError(f"the {KINDS[kind]} {name!r} needs a caption of one paragraph")
        return "\n".join(lines)


def _div(kind: str, names: list[str], content: str) -> str:
    attributes = f"kind={kind} names={json.dumps(' '.join(names))}"
    return f"\n\n::: {{.{FLOAT_CLASS} {attributes}}}\n{content}\n:::\n\n"
