"""A table's presentation as a booktabs table: no vertical rules, numbers aligned at the decimal mark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from labreport.documents.presentation import Column, Presentation
from labreport.documents.text import breakable, latex, text_width
from labreport.documents.wording import word

TEXT_WIDTH_PT = 455.0  # 16 cm
COLUMN_SEPARATION_PT = 11.0
FLOAT_ROWS, PIECE_ROWS = 32, 16
TOGETHER = 4  # rows at either end of a long table that no page break parts
SMALL_ROWS = 12
# LaTeX's name and points of each size that a table may have; the classes of the two languages differ.
SIZES = {
    "zh": (("small", 9.0), ("footnotesize", 7.5), ("scriptsize", 6.5)),
    "en": (("small", 10.0), ("footnotesize", 9.0), ("scriptsize", 8.0)),
}
NO_RUNS: Mapping[str, str] = MappingProxyType({})
NUMBER = re.compile(r"^([−+]?[\d,  ]*\d)((?:\.\d|\s*[±(]).*)?$")


@dataclass(frozen=True)
class Layout:
    """LaTeX before `\\caption{...}` and after it."""

    before: str
    after: str


def layout(table: Presentation, lang: str, floating: bool = True, runs: Mapping[str, str] = NO_RUNS) -> Layout:
    """The table as a float, or one that breaks over pages where it has many rows.

    It is set in a smaller size, its heads are broken and its longest texts wrapped until it fits the text's width.
    What is too wide all the same is shrunk, and TeX's log says so.

    Args:
        table: what stands in it.
        lang: `zh` or `en`.
        floating: whether it may move; else it stands where it is written, in one piece up to 16 rows.
        runs: cell -> the key of the run whose row it begins, which links lead to.
    """
    size, widths = _fit(table, lang)
    long = len(table.rows) > (FLOAT_ROWS if floating else PIECE_ROWS)
    head, body = _head(table, widths), _body(table, widths, long, runs)
    specification = "@{}" + "".join(_column(c, w) for c, w in zip(table.columns, widths, strict=True)) + "@{}"
    notes = "".join(rf"\par\smallskip{{\footnotesize {latex(note)}\par}}" for note in _notes(table, lang))
    if long:
        count = len(table.columns)
        continued = rf"\multicolumn{{{count}}}{{@{{}}l@{{}}}}{{\tablename~\thetable{{}}{word('continued', lang)}}}\\"
        after = (
            rf"\\\toprule{head}\midrule\endfirsthead {continued}\toprule{head}\midrule\endhead"
            rf"\bottomrule\endlastfoot" + f"\n{body}\\end{{longtable}}{notes}\\endgroup"
        )
        return Layout(rf"\begingroup\labtable\{size}\begin{{longtable}}{{{specification}}}" + "\n", after)
    tabular = rf"\begin{{tabular}}{{{specification}}}\toprule{head}\midrule" + f"\n{body}\\bottomrule\\end{{tabular}}"
    after = rf"\labtable\{size}\begin{{lrbox}}{{\lableft}}{tabular}\end{{lrbox}}\labfit{notes}" + "\n\\end{table}"
    return Layout(f"\\begin{{table}}[{'!htbp' if floating else 'H'}]\n\\centering\n", after)


def split_number(text: str) -> tuple[str, str] | None:
    """`84.6 ± 0.3` as `84` and `.6 ± 0.3`; None where the text does not begin with a number."""
    match = NUMBER.match(text)
    return (match[1], match[2] or "") if match else None


def _fit(table: Presentation, lang: str) -> tuple[str, list[float | None]]:
    """The font size, and for each column the width in points that its text is wrapped to, or None."""
    largest, middle, smallest = SIZES[lang]
    for size, points in (largest, middle) if len(table.rows) <= SMALL_ROWS else (middle,):
        natural, available = _widths(table, points)
        if sum(natural) <= available:
            return size, [None] * len(natural)
    size, widths, fits = _wrapped(table, *middle)
    return (size, widths) if fits else _wrapped(table, *smallest)[:2]


def _wrapped(table: Presentation, size: str, points: float) -> tuple[str, list[float | None], bool]:
    """The size, the widths to which its two longest columns of text are wrapped, and whether it fits then."""
    natural, available = _widths(table, points)
    widths: list[float | None] = [None] * len(natural)
    texts = [index for index, column in enumerate(table.columns) if column.align == "left"]
    for index in sorted(texts, key=lambda i: natural[i], reverse=True)[:2]:
        others = sum(width for other, width in enumerate(natural) if other != index)
        fitted = max(available - others, 8 * points, natural[index] / 3)
        if fitted < natural[index]:
            widths[index] = natural[index] = fitted
    return size, widths, sum(natural) <= available + 0.5


def _widths(table: Presentation, points: float) -> tuple[list[float], float]:
    """The natural width of each column, and what all may have together, in points."""
    natural = [points * natural_width(table, index) for index in range(len(table.columns))]
    return natural, TEXT_WIDTH_PT - COLUMN_SEPARATION_PT * (len(natural) - 1)


def natural_width(table: Presentation, index: int) -> float:
    """The width of the longest line of a column, in ems."""
    lines = [*head_lines(table.columns[index]), *(row[index] for row in table.rows)]
    return max(map(text_width, lines))


def head_lines(column: Column) -> list[str]:
    """The head broken at its own line breaks and, where it is long, near its middle; the unit in a line of its own."""
    lines = [half for line in column.head.split("\n") for half in _halves(line)]
    return [*lines, f"({column.unit})"] if column.unit else lines


def _halves(line: str) -> list[str]:
    if text_width(line) <= 7:
        return [line]
    breaks = [index for index, character in enumerate(line) if character == " "]
    if not breaks:
        return [line]
    middle = min(breaks, key=lambda index: abs(index - len(line) / 2))
    return [line[:middle], line[middle + 1 :]]


def _column(column: Column, width: float | None) -> str:
    if width is not None:
        return rf">{{\raggedright\arraybackslash}}p{{{width:.1f}pt}}"
    return {"left": "l", "right": "r", "center": "c", "decimal": "c"}[column.align]


def _head(table: Presentation, widths: list[float | None]) -> str:
    cells = []
    for column, width in zip(table.columns, widths, strict=True):
        align = {"left": "l", "right": "r"}.get(column.align, "c")
        lines = r"\\".join(_begun(latex(line)) for line in head_lines(column))
        cell = rf"\begin{{tabular}}[b]{{@{{}}{align}@{{}}}}{lines}\end{{tabular}}"
        cells.append(cell if width is None else rf"\multicolumn{{1}}{{l}}{{{cell}}}")
    return " & ".join(cells) + r"\\"


def _body(table: Presentation, widths: list[float | None], long: bool, runs: Mapping[str, str]) -> str:
    widest = [_widest(table, index) for index in range(len(table.columns))]
    lines = []
    for number, row in enumerate(table.rows):
        cells = []
        for index, text in enumerate(row):
            parts = split_number(text) if table.columns[index].align == "decimal" else None
            bold = r"\bfseries " if (number, index) in table.bold else ""
            if parts is None:
                words = latex(text) if widths[index] is None else breakable(text)
                words = f"{{{bold}{words}}}" if bold else words
                cells.append(rf"\labrow{{{runs[text]}}}{{{words}}}" if text in runs else words)
            else:
                before, after = (latex(part) for part in widest[index])
                cells.append(
                    rf"\labnumber{{{before}}}{{{after}}}{{{bold}{latex(parts[0])}}}{{{bold}{latex(parts[1])}}}"
                )
        left = len(table.rows) - 1 - number
        together = long and (number < TOGETHER - 1 or 0 < left < TOGETHER)
        lines.append(_begun(" & ".join(cells)) + ("\\\\*\n" if together else "\\\\\n"))
    return "".join(lines)


def _begun(line: str) -> str:
    """A line behind `\\\\`, which would take a bracket or a star for an option of its own."""
    return f"{{}}{line}" if line.startswith(("[", "*")) else line


def _widest(table: Presentation, index: int) -> tuple[str, str]:
    """The longest part before and after the decimal mark of a column, which set the room that all its numbers get."""
    parts = [split for row in table.rows if (split := split_number(row[index]))]
    return max((part[0] for part in parts), key=len, default=""), max((part[1] for part in parts), key=len, default="")


def _notes(table: Presentation, lang: str) -> list[str]:
    return [word("note", lang) + " ".join(table.notes)] if table.notes else []
