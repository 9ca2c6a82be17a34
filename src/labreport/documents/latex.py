"""The document tree as LaTeX: figures and tables as floats, references as links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labreport.documents import booktabs, captions, wording
from labreport.documents.code_lines import code_lines
from labreport.documents.listings import Excerpt
from labreport.documents.numbering import Target
from labreport.documents.numbering import words as said
from labreport.documents.pandoc import Node, paragraph, raw, raw_block, space, string, strong
from labreport.documents.pictures import Picture
from labreport.documents.presentation import Presentation, run_named
from labreport.documents.text import breakable, is_plain, latex, latex_metadata
from labreport.documents.tree import Step, Work

FIGURE_FOLDER = "figures"
THIN, UNBROKEN = "\u202f", "\u00a0"
PLACEMENT = "!htbp"
BARRIER_LEVEL = 1
PANDOC_ALTERS = re.compile(r"\\|,,")  # it loses a letter behind a backslash, and the font joins two commas
STRUCK = {"Strikeout": r"\sout", "Underline": r"\uline"}
BOXES = (r"\lableft", r"\labright")


@dataclass
class LatexLayout:
    """Prints what the tree names; numbers come from LaTeX itself.

    Args:
        lang: `zh` or `en`.
        scale: marks the captions of tables.
        tables: name -> what stands in it.
        figures: name -> its declaration; the PDF is `figures/NAME.pdf`, included at its natural size.
        listings: name -> the code.
        pictures: of the author's own, path -> what it is.
        alt: name -> what the figure shows, for those who cannot see it.
        runs: keys of the runs that have a row in a table that is shown.
        met: those of them whose row was set.
    """

    lang: str
    scale: wording.Scale
    tables: Mapping[str, Presentation]
    figures: Mapping[str, Mapping[str, Any]]
    listings: Mapping[str, Excerpt] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    alt: Mapping[str, str] = field(default_factory=dict)
    runs: frozenset[str] = frozenset()
    met: set[str] = field(default_factory=set)

    def heading(self, node: Node, target: Target, opens_appendix: bool) -> list[Node]:
        """The heading after all floats of the text before it; `\\appendix` before the first of the appendix.

        Floats may pass the headings below `BARRIER_LEVEL`: it ends the page where a float waits for the next one.
        """
        before = [r"\FloatBarrier"] if node["c"][0] <= BARRIER_LEVEL else []
        before += [r"\appendix"] if opens_appendix else []
        return [*(raw_block("latex", command) for command in before), node]

    def reference(self, target: Target, words: list[Node]) -> list[Node]:
        """The whole of `Figure 3` is the link; the number is LaTeX's."""
        if words:
            return [raw("latex", rf"\hyperref[{target.name}]{{"), *words, raw("latex", "}")]
        text = wording.reference(target.kind, "\0", target.appendix, self.lang)
        text = text.replace("\u00a0", "~").replace("\0", rf"\ref*{{{target.name}}}")
        return [raw("latex", rf"\hyperref[{target.name}]{{{text}}}")]

    def value(self, words: list[Node], origin: str, run: str) -> list[Node]:
        """A number that leads to the row of its run, of several to the first one's; alone where there is none."""
        key = next((key for key in run.split() if key in self.runs), "")
        return [raw("latex", rf"\labrun{{{key}}}{{"), *words, raw("latex", "}")] if key else words

    def equation(self, target: Target, formula: str) -> list[Node]:
        """LaTeX's own environment, which counts."""
        text = formula.strip().replace(THIN, r"\,").replace(UNBROKEN, "~")
        return [raw("latex", f"\\begin{{equation}}\\label{{{target.name}}}\n{text}\n\\end{{equation}}")]

    def figure(self, targets: list[Target], caption: list[Node], width: str) -> list[Node]:
        """One picture, or two side by side as (a) and (b), and the caption below."""
        if len(targets) == 1:
            (target,) = targets
            body = rf"{self._picture(target, caption, width)}\caption{{\label{{{target.name}}}"
        else:
            boxes = [
                rf"\sbox{{{box}}}{{{self._picture(target, caption)}}}"
                for box, target in zip(BOXES, targets, strict=True)
            ]
            parts = [
                rf"\subcaptionbox{{\label{{{target.name}}}}}{{\labcentred{{{box}}}}}"
                for box, target in zip(BOXES, targets, strict=True)
            ]
            body = "".join(boxes) + "%\n" + "\\hfill\n".join(parts) + r"\caption{"
        begin = f"\\begin{{figure}}[{PLACEMENT}]\n\\centering\n{body}"
        return [paragraph([raw("latex", begin), *caption, raw("latex", "}\n\\end{figure}")])]

    def table(self, target: Target, caption: list[Node], own: Node | None) -> list[Node]:
        """The caption with the scale's mark above the table.

        In the appendix, which is mostly tables, it does not float: they would leave their text behind. One that the
        author wrote out stands where it is written.
        """
        if own is not None:
            label = [raw("latex", rf"\label{{{target.name}}}")] if target.name else []
            attributes, _, *rest = own["c"]
            return [{"t": "Table", "c": [attributes, [None, [paragraph([*label, *caption])]], *rest]}]
        if not self.scale.full:
            caption = [*caption, space(), string(wording.marked(self.scale.mark, self.lang))]
            caption = self.inline(caption)
        shown = self.tables[target.item]
        found = {cell: run_named(cell, self.runs - self.met) for row in shown.rows for cell in row}
        rows = {cell: key for cell, key in found.items() if key}
        self.met.update(rows.values())
        table = booktabs.layout(shown, self.lang, not target.appendix, rows)
        begin = f"{table.before}\\caption{{\\label{{{target.name}}}"
        return [paragraph([raw("latex", begin), *caption, raw("latex", f"}}{table.after}")])]

    def listing(self, target: Target) -> list[Node]:
        """The caption above the code, which may break over pages."""
        shown = self.listings[target.item]
        caption = self.inline(captions.listing(shown, self.lang))
        begin = rf"\begin{{lablisting}}{{\label{{{target.name}}}"
        end = "}\n" + code_lines(shown) + "\n\\end{lablisting}"
        return [paragraph([raw("latex", begin), *caption, raw("latex", end)])]

    def algorithm(self, target: Target, caption: list[Node], steps: list[Step]) -> list[Node]:
        """A float between rules, its caption above the statements."""
        begin = f"\\begin{{algorithm}}[{'H' if target.appendix else PLACEMENT}]\n\\caption{{\\label{{{target.name}}}"
        lines = [node for step in steps for node in self._step(step)]
        end = raw("latex", "\\end{labsteps}\n\\end{algorithm}")
        return [paragraph([raw("latex", begin), *caption, raw("latex", "}\n\\begin{labsteps}\n"), *lines, end])]

    def references(self, works: list[Work]) -> list[Node]:
        """A list whose labels are as wide as the last one."""
        nodes = [raw("latex", r"\begin{labreferences}{"), *works[-1].label, raw("latex", "}")]
        for work in works:
            start, end = raw("latex", "\n\\item[{"), raw("latex", rf"}}]\phantomsection\label{{{work.name}}}")
            nodes += [start, *work.label, end, *work.inlines]
        return [paragraph([*nodes, raw("latex", "\n\\end{labreferences}")])]

    def inline(self, nodes: list[Node]) -> list[Node]:
        """Code is typewriter text, thin spaces of filters are TeX's in formulas, rare characters get a fallback."""
        new: list[Node] = []
        for node in nodes:
            if node["t"] == "Math":
                kind, formula = node["c"]
                new.append({"t": "Math", "c": [kind, formula.replace(THIN, r"\,").replace(UNBROKEN, "~")]})
            elif node["t"] == "Code":
                # a long name would stand out of a line of Chinese
                new.append(raw("latex", rf"\texttt{{{breakable(node['c'][1])}}}"))
            elif node["t"] in STRUCK:
                new += [raw("latex", STRUCK[node["t"]] + "{"), *node["c"], raw("latex", "}")]
            elif node["t"] == "Str" and (PANDOC_ALTERS.search(node["c"]) or not all(map(is_plain, node["c"]))):
                new.append(raw("latex", latex(node["c"])))
            else:
                new.append(node)
        return new

    def block(self, node: Node) -> list[Node]:
        """As it is."""
        return [node]

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

    def _picture(self, target: Target, caption: list[Node], width: str = "") -> str:
        """A picture, and what it shows in words, which the shell keeps in the PDF."""
        own = self.pictures.get(target.item)
        if own is None:
            shown = rf"\includegraphics{{{FIGURE_FOLDER}/{target.item}.pdf}}"
        else:
            share = float(width.removesuffix("%") or 100) / 100
            options = rf"width={share:g}\linewidth,height=0.8\textheight,keepaspectratio"
            shown = rf"\includegraphics[{options}]{{{FIGURE_FOLDER}/{own.file}}}"
        alt = self.alt[target.item] if target.item in self.alt else said(caption)
        return rf"\labpicture{{{latex_metadata(alt)}}}{{{shown}}}"

    def _step(self, step: Step) -> list[Node]:
        before, after = wording.step_words(step.word, self.lang)
        words = [strong([string(before)])] if before else []
        words += [space()] if before and step.inlines and before.isascii() else []
        words += step.inlines
        words += [space(), strong([string(after)])] if after else []
        if step.word == "comment":
            words = [raw("latex", r"\labremark{"), *step.inlines, raw("latex", "}")]
        return [raw("latex", rf"\labline{{{step.number or ''}}}{{{step.level}}}{{"), *words, raw("latex", "}\n")]


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
