"""Numbers: of headings, figures, tables, listings, algorithms and equations, in reading order."""

from dataclasses import dataclass

from labreport.documents.nodes import Node, attribute, has_class, walk
from labreport.documents.syntax import EQUATION_CLASS, FLOAT_CLASS, KINDS
from labreport.errors import TemplateError


@dataclass(frozen=True)
class Target:
    """Something that can be referred to.

    Attributes:
        name: `fig:NAME`, `tab:NAME`, `lst:NAME`, `alg:NAME`, `eq:NAME` or `sec:ID`; empty where it has none.
        number: as it is printed: `3`, `3(a)`, `2.1`, `A.1`; empty for a heading without a number.
        appendix: whether it stands in the appendix.
        item: what is shown there: a declared name, or the path of a picture.
    """

    name: str
    number: str
    appendix: bool = False
    item: str = ""

    @property
    def kind(self) -> str:
        """What stands before the colon; only tables may be without a name."""
        return self.name.partition(":")[0] or "tab"

    @property
    def count(self) -> str:
        """The number without the part of a pair."""
        return self.number.partition("(")[0]

    @property
    def part(self) -> str:
        """`(a)`, of one of a pair."""
        return self.number.removeprefix(self.count)


def number(blocks: list[Node]) -> tuple[dict[str, Target], list[Target], list[list[Target]]]:
    """Number every heading, figure, table, listing, algorithm and named equation of a document.

    A level-1 heading of class `appendix`, or whose identifier begins with `sec:appendix`, starts lettered sections.

    Returns:
        All by name; headings, and floats, one or two each, in reading order.

    Raises:
        TemplateError: two headings have the same identifier.
    """
    targets: dict[str, Target] = {}
    headings: list[Target] = []
    floats: list[list[Target]] = []
    counts = dict.fromkeys(KINDS, 0)
    levels = [0] * 6
    appendix = False
    for node in walk(blocks):
        if node["t"] == "Header":
            level, (identifier, classes, _), _ = node["c"]
            if level == 1 and opens_appendix(node) and not appendix:
                appendix, levels = True, [0] * 6
            digits = "" if "unnumbered" in classes else _advance(levels, level, appendix)
            if identifier in targets:
                raise TemplateError(f"two headings have the identifier {identifier!r}")
            headings.append(Target(identifier, digits, appendix))
            if identifier:
                targets[identifier] = headings[-1]
        elif has_class(node, "Div", FLOAT_CLASS):
            kind, names = attribute(node, "kind"), attribute(node, "names").split() or [""]
            items = attribute(node, "items").split() or names
            counts[kind] += 1
            parts = [f"({letter})" for letter in "ab"] if len(names) > 1 else [""]
            shown = [
                Target(name, f"{counts[kind]}{part}", appendix, item)
                for name, part, item in zip(names, parts, items, strict=True)
            ]
            floats.append(shown)
            targets |= {target.name: target for target in shown if target.name}
        elif has_class(node, "Span", EQUATION_CLASS):
            counts["eq"] += 1
            name = attribute(node, "target")
            targets[name] = Target(name, str(counts["eq"]), appendix)
    return targets, headings, floats


def opens_appendix(heading: Node) -> bool:
    """Whether a heading is the appendix's first."""
    _, (identifier, classes, _), _ = heading["c"]
    return "appendix" in classes or identifier.startswith("sec:appendix")


def _advance(levels: list[int], level: int, appendix: bool) -> str:
    levels[level - 1] += 1
    levels[level:] = [0] * (len(levels) - level)
    first = chr(ord("A") + levels[0] - 1) if appendix and levels[0] else str(levels[0])
    return ".".join([first, *map(str, levels[1:level])])
