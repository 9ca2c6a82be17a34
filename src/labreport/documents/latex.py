"""The document tree as LaTeX: figures and tables as floats, references as links."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from labreport.documents import wording
from labreport.documents.algorithms import Statement
from labreport.documents.booktabs import booktabs
from labreport.documents.layout import Layout, Work
from labreport.documents.listings import code_lines
from labreport.documents.nodes import Node, paragraph, raw, raw_block
from labreport.documents.numbering import Target
from labreport.documents.presentation import Presentation, run_named
from labreport.documents.text import breakable, is_plain, latex, latex_metadata

FIGURE_FOLDER = "figures"
PLACEMENT = "!htbp"
BARRIER_LEVEL = 1
PANDOC_ALTERS = re.compile(r"\\|,,")  # it loses a letter behind a backslash, and the font joins two commas
STRUCK = {"Strikeout": r"\sout", "Underline": r"\uline"}
BOXES = (r"\lableft", r"\labright")


@dataclass
class LatexLayout(Layout):
    """Prints what the tree names; numbers come from LaTeX itself.

    Attributes:
        met: the runs whose row was set.
        in_appendix: whether the heading before stands there.
    """

    met: set[str] = field(default_factory=set)
    in_appendix: bool = False

    def heading(self, node: Node, target: Target) -> list[Node]:
        """The heading after all floats of the text before it; `\\appendix` before the first of the appendix.

        Floats may pass the headings below `BARRIER_LEVEL`: it ends the page where a float waits for the next one. Below
        it a heading gets room for some lines, as TeX would else move it to the next page, below its own first float.
        """
        before = [r"\FloatBarrier" if node["c"][0] <= BARRIER_LEVEL else r"\labroom"]
        before += [r"\appendix"] if target.appendix and not self.in_appendix else []
        self.in_appendix = target.appendix
        return [*(raw_block("latex", command) for command in before), node]

    def reference(self, target: Target, words: list[Node]) -> list[Node]:
        """The whole of `Figure 3` is the link; the number is LaTeX's."""
        text = wording.reference(target.kind, "\0", target.appendix, self.lang)
        text = text.replace("\u00a0", "~").replace("\0", rf"\ref*{{{target.name}}}")
        return _around(rf"\hyperref[{target.name}]{{", words or [raw("latex", text)], "}")

    def value(self, words: list[Node], origin: str, runs: Sequence[str]) -> list[Node]:
        """A number that leads to the row of its run, of several to the first one's; alone where there is none."""
        key = next((key for key in runs if key in self.runs), "")
        return _around(rf"\labrun{{{key}}}{{", words, "}") if key else words

    def equation(self, target: Target, formula: str) -> list[Node]:
        """LaTeX's own environment, which counts."""
        text = self.formula(formula)
        return [raw("latex", f"\\begin{{equation}}\\label{{{target.name}}}\n{text}\n\\end{{equation}}")]

    def figure(self, targets: list[Target], caption: list[Node], width: str) -> list[Node]:
        """One picture, or two side by side as (a) and (b), and the caption below."""
        pictures = [self._picture(target, caption, width) for target in targets]
        body = rf"{pictures[0]}\caption{{\label{{{targets[0].name}}}"
        if len(pictures) > 1:
            boxes = "".join(rf"\sbox{{{box}}}{{{one}}}" for box, one in zip(BOXES, pictures, strict=True))
            parts = "\\hfill\n".join(
                rf"\subcaptionbox{{\label{{{target.name}}}}}{{\labcentred{{{box}}}}}"
                for box, target in zip(BOXES, targets, strict=True)
            )
            body = f"{boxes}%\n{parts}\\caption{{"
        return _captioned(f"\\begin{{figure}}[{PLACEMENT}]\n\\centering\n{body}", caption, "}\n\\end{figure}")

    def table(self, target: Target, caption: list[Node], own: Node | None) -> list[Node]:
        """The caption with the scale's mark above the table.

        In the appendix, which is mostly tables, it does not float: they would leave their text behind. One that the
        author wrote out stands where it is written.
        """
        if own is not None:
            label = [raw("latex", rf"\label{{{target.name}}}")] if target.name else []
            attributes, _, *rest = own["c"]
            return [{"t": "Table", "c": [attributes, [None, [paragraph([*label, *caption])]], *rest]}]
        shown = self.tables[target.item]
        found = {cell: run_named(cell, self.runs - self.met) for row in shown.rows for cell in row}
        rows = {cell: key for cell, key in found.items() if key}
        self.met.update(rows.values())
        before, after = booktabs(shown, self.lang, not target.appendix, rows, partial(self._leads, shown))
        return _captioned(rf"{before}\caption{{\label{{{target.name}}}", self.marked(caption), f"}}{after}")

    def _leads(self, table: Presentation, row: int, column: int) -> str:
        """The key of the first run that a number was measured in; empty in the row of that run itself."""
        own = {run_named(cell, self.runs) for cell in table.rows[row]}
        return next((key for key in self.sources(table, row, column) if key in self.runs - own), "")

    def mark(self) -> list[Node]:
        """In one line."""
        *gap, words = super().mark()
        return [*gap, raw("latex", rf"\mbox{{{latex(words['c'])}}}")]

    def listing(self, target: Target, caption: list[Node]) -> list[Node]:
        """The caption above the code, which may break over pages."""
        end = "}\n" + code_lines(self.listings[target.item]) + "\n\\end{lablisting}"
        return _captioned(rf"\begin{{lablisting}}{{\label{{{target.name}}}", caption, end)

    def algorithm(self, target: Target, caption: list[Node], steps: list[Statement]) -> list[Node]:
        """A float between rules, its caption above the statements."""
        begin = f"\\begin{{algorithm}}[{'H' if target.appendix else PLACEMENT}]\n\\caption{{\\label{{{target.name}}}"
        lines = [node for step in steps for node in self._line(step)]
        words = [*caption, raw("latex", "}\n\\begin{labsteps}\n"), *lines]
        return _captioned(begin, words, "\\end{labsteps}\n\\end{algorithm}")

    def references(self, works: list[Work]) -> list[Node]:
        """A list whose labels are as wide as the last one."""
        nodes = [*works[-1].label, raw("latex", "}")]
        for work in works:
            start, end = raw("latex", "\n\\item[{"), raw("latex", rf"}}]\phantomsection\label{{{work.name}}}")
            nodes += [start, *work.label, end, *work.inlines]
        return _captioned(r"\begin{labreferences}{", nodes, "\n\\end{labreferences}")

    def words(self, nodes: list[Node]) -> list[Node]:
        """Code is typewriter text, thin spaces of filters are TeX's in formulas, rare characters get a fallback."""
        new: list[Node] = []
        for node in nodes:
            if node["t"] == "Math":
                new.append({"t": "Math", "c": [node["c"][0], self.formula(node["c"][1])]})
            elif node["t"] == "Code":
                # a long name would stand out of a line of Chinese
                new.append(raw("latex", rf"\texttt{{{breakable(node['c'][1])}}}"))
            elif node["t"] in STRUCK:
                new += _around(STRUCK[node["t"]] + "{", node["c"], "}")
            elif node["t"] == "Str" and (PANDOC_ALTERS.search(node["c"]) or not all(map(is_plain, node["c"]))):
                new.append(raw("latex", latex(node["c"])))
            else:
                new.append(node)
        return new

    def sequence(self, blocks: list[Node]) -> list[Node]:
        """An equation belongs to the paragraph before it, and so do the words after it unless it ends the sentence."""
        joined: list[Node] = []
        for node in blocks:
            equation = _is_text(node) and all(map(_is_displayed, node["c"]))
            if joined and _is_text(node) and _is_text(joined[-1]) and (equation or _is_open(joined[-1])):
                joined[-1] = paragraph([*joined[-1]["c"], raw("latex", "\n"), *node["c"]])
            else:
                joined.append(node)
        return joined

    def _picture(self, target: Target, caption: list[Node], width: str) -> str:
        """A picture, and what it shows in words, which the shell keeps in the PDF; a declared one has its own size."""
        options = ""
        if target.item not in self.alt:
            share = float(width.removesuffix("%") or 100) / 100
            options = rf"[width={share:g}\linewidth,height=0.8\textheight,keepaspectratio]"
        words = latex_metadata(self.shown(target, caption))
        return rf"\labpicture{{{words}}}{{\includegraphics{options}{{{self.images[target.item]}}}}}"

    def _line(self, step: Statement) -> list[Node]:
        remark = _around(r"\labremark{", step.text, "}") if step.word == "comment" else []
        return _around(
            rf"\labline{{{step.number}}}{{{step.level}}}{{", remark or self.statement(step, spaced=False), "}\n"
        )


def _around(begin: str, words: list[Node], end: str) -> list[Node]:
    return [raw("latex", begin), *words, raw("latex", end)]


def _captioned(begin: str, caption: list[Node], end: str) -> list[Node]:
    return [paragraph(_around(begin, caption, end))]


def _is_text(node: Node) -> bool:
    """Whether it is a paragraph, and not one that stands for a figure or table."""
    return bool(node["t"] == "Para" and not (node["c"][0]["t"] == "RawInline" and "\\begin{" in node["c"][0]["c"][1]))


def _is_displayed(node: Node) -> bool:
    return bool(node["t"] == "Math" and node["c"][0]["t"] == "DisplayMath")


def _is_open(node: Node) -> bool:
    """Whether a paragraph ends in an equation without a full stop."""
    if not _is_displayed(node["c"][-1]):
        return False
    formula = re.sub(r"(\s|\\end\{\w+\*?\})+$", "", node["c"][-1]["c"][1])
    return not formula.endswith((".", "。"))
