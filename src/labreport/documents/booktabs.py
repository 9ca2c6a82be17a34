"""A table's presentation as a booktabs table: no vertical rules, numbers aligned at the decimal mark."""

from collections.abc import Callable, Mapping

from labreport.documents.presentation import Presentation, narrow, split_number
from labreport.documents.text import breakable, latex, text_width
from labreport.documents.wording import notes, word

TEXT_WIDTH_PT = 455.0  # 16 cm
COLUMN_SEPARATION_PT = 11.0
FLOAT_ROWS, PIECE_ROWS, SMALL_ROWS = 32, 16, 16
TOGETHER = 4  # rows at either end of a long table that no page break parts
READABLE = 9.0  # points of type
WRAPPED = 2  # columns of texts that are, at most
# LaTeX's name and points of each size that a table may have; the classes of the two languages differ.
SIZES = {
    "zh": (("small", 9.0), ("footnotesize", 7.5), ("scriptsize", 6.5)),
    "en": (("small", 10.0), ("footnotesize", 9.0), ("scriptsize", 8.0)),
}
ALIGNMENTS = {"left": "l", "right": "r", "center": "c", "decimal": "c"}


def booktabs(
    table: Presentation,
    lang: str,
    floating: bool = True,
    runs: Mapping[str, str] | None = None,
    leads: Callable[[int, int], str] = lambda row, column: "",
) -> tuple[str, str]:
    """LaTeX before and after the `\\caption{...}` of a float, or of a table that breaks over pages: one of many rows.

    It is set in a smaller size, its heads are broken and its longest texts wrapped until it fits the text's width.
    What is too wide all the same is shrunk, and TeX's log says so.

    Args:
        table: what stands in it.
        lang: `zh` or `en`.
        floating: whether it may move; else it stands where it is written, in one piece up to 16 rows.
        runs: cell -> the key of the run whose row it begins, which links lead to.
        leads: (row, column) -> the key of the run that a number leads to; empty for none.
    """
    table, size, widths = _fit(table, lang)
    long = len(table.rows) > (FLOAT_ROWS if floating else PIECE_ROWS)
    head, body = _head(table, widths), _body(table, widths, long, runs or {}, leads)
    columns = "".join(
        ALIGNMENTS[column.align] if width is None else rf">{{\raggedright\arraybackslash}}p{{{width:.1f}pt}}"
        for column, width in zip(table.columns, widths, strict=True)
    )
    below = rf"\par\smallskip{{\footnotesize {latex(notes(table.notes, lang))}\par}}" if table.notes else ""
    if long:
        close, parted = (r"\centering\LTpost=0pt", r"\bigskip") if below else ("", "")
        count = len(table.columns)
        continued = rf"\multicolumn{{{count}}}{{@{{}}l@{{}}}}{{\tablename~\thetable{{}}{word('continued', lang)}}}\\"
        after = (
            rf"\\\toprule{head}\midrule\endfirsthead {continued}\toprule{head}\midrule\endhead"
            rf"\bottomrule\endlastfoot" + f"\n{body}\\end{{longtable}}{below}{parted}\\endgroup"
        )
        return rf"\begingroup{close}\labtable\{size}\begin{{longtable}}{{@{{}}{columns}@{{}}}}" + "\n", after
    tabular = (
        rf"\begin{{tabular}}{{@{{}}{columns}@{{}}}}\toprule{head}\midrule" + f"\n{body}\\bottomrule\\end{{tabular}}"
    )
    after = rf"\labtable\{size}\begin{{lrbox}}{{\lableft}}{tabular}\end{{lrbox}}\labfit{below}" + "\n\\end{table}"
    return f"\\begin{{table}}[{'!htbp' if floating else 'H'}]\n\\centering\n", after


def _fit(table: Presentation, lang: str) -> tuple[Presentation, str, list[float | None]]:
    """The table, perhaps with narrow heads, the font size, and the widths in points that texts are wrapped to, or None.

    Heads are broken and texts wrapped at the smallest size that is read with ease, and below it.
    """
    sizes = SIZES[lang] if len(table.rows) <= SMALL_ROWS else SIZES[lang][1:]
    readable = [one for one in sizes if one[1] >= READABLE] or [sizes[0]]
    tried = [(table, *one, 0) for one in readable]
    tried += [(narrow(table), *one, most) for one in sizes[len(readable) - 1 :] for most in (0, WRAPPED)]
    found = [(one, size, *_widths(one, points, wrapped)) for one, size, points, wrapped in tried]
    return next((one for one in found if one[3]), found[-1])[:3]


def _widths(table: Presentation, points: float, wrapped: int) -> tuple[list[float | None], bool]:
    """The widths to which some of its longest columns of text are wrapped, and whether it fits then."""
    natural = [points * max(map(text_width, table.lines(index))) for index in range(len(table.columns))]
    available = TEXT_WIDTH_PT - COLUMN_SEPARATION_PT * (len(natural) - 1)
    widths: list[float | None] = [None] * len(natural)
    texts = [index for index, column in enumerate(table.columns) if column.align == "left"]
    for index in sorted(texts, key=lambda one: natural[one], reverse=True)[:wrapped]:
        others = sum(natural) - natural[index]
        fitted = max(available - others, 8 * points, natural[index] / 3)
        if fitted < natural[index] - 0.05:
            widths[index] = natural[index] = fitted
    return widths, sum(natural) <= available + (0.5 if wrapped else 0)


def _head(table: Presentation, widths: list[float | None]) -> str:
    cells = []
    for column, width in zip(table.columns, widths, strict=True):
        lines = r"\\".join(_begun(latex(line)) for line in column.lines)
        cell = rf"\begin{{tabular}}[b]{{@{{}}{ALIGNMENTS[column.align]}@{{}}}}{lines}\end{{tabular}}"
        cells.append(cell if width is None else rf"\multicolumn{{1}}{{l}}{{{cell}}}")
    return " & ".join(cells) + r"\\"


def _body(
    table: Presentation,
    widths: list[float | None],
    long: bool,
    runs: Mapping[str, str],
    leads: Callable[[int, int], str],
) -> str:
    rooms = ["".join(f"{{{latex(part)}}}" for part in table.widest(index)) for index in range(len(table.columns))]
    lines = []
    for number, row in enumerate(table.rows):
        cells = []
        for index, text in enumerate(row):
            bold = r"\bfseries " if (number, index) in table.bold else ""
            parts = split_number(text) if table.columns[index].align == "decimal" else None
            if parts is not None:
                found = rf"\labnumber{rooms[index]}" + "".join(f"{{{bold}{latex(part)}}}" for part in parts)
                cells.append(rf"\labrun{{{key}}}{{{found}}}" if (key := leads(number, index)) else found)
                continue
            words = latex(text) if widths[index] is None else breakable(text)
            words = f"{{{bold}{words}}}" if bold else words
            cells.append(rf"\labrow{{{runs[text]}}}{{{words}}}" if text in runs else words)
        left = len(table.rows) - 1 - number
        together = long and (number < TOGETHER - 1 or 0 < left < TOGETHER)
        lines.append(_begun(" & ".join(cells)) + ("\\\\*\n" if together else "\\\\\n"))
    return "".join(lines)


def _begun(line: str) -> str:
    """A line behind `\\\\`, which would take a bracket or a star for an option of its own."""
    return f"{{}}{line}" if line.startswith(("[", "*")) else line
