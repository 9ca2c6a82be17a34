"""What stands in and below the parts of a drawing of a network, in each language."""

import re
from collections.abc import Sequence
from dataclasses import replace

from labreport.figures.networks.rows import Row
from labreport.figures.shapes import Ruler
from labreport.languages import section


def name(key: str, lang: str) -> str:
    """The words for `key`; a class without words keeps its own name."""
    return section("networks", lang).get(key) or section("labels", lang).get(key, key)


def lines(row: Row, lang: str, before: Row | None = None) -> list[str]:
    """What a row is, in short lines: kind, kernel, stride, what follows.

    Args:
        row: one of a drawing.
        lang: of the words.
        before: the row before it; a recurrent layer says what it reads at a time where that is something else.
    """
    if row.kind == "recurrent":
        said = _recurrent_lines(row, lang)
        if before is not None and before.output != row.reads:
            said.append(name("per_step", lang).format(row.reads.split("×")[-1]))
    elif row.kind == "stage":
        said = [row.operation, f"× {row.repeats}"]
    elif row.kind == "input":
        said = [name("image" if "×" in row.output else "tokens", lang)]
    elif row.kind in ("normalization", "activation", "module", "dropout", "join"):
        said = name(row.operation, lang).split("\n")
    else:
        kind = "global_pool" if row.kind == "average_pool" and not row.kernel else row.kind
        said = name(kind, lang).split("\n")
    stride = [name("stride", lang).format(row.stride)] if row.stride else []
    return [*said, *filter(None, [row.kernel]), *stride, *filter(None, [row.after])]


def _recurrent_lines(row: Row, lang: str) -> list[str]:
    """Kind, depth and width of a recurrent layer."""
    two_way, deep = row.directions == 2, (row.layers or 1) > 1
    title = name("two_way", lang).format(row.operation) if two_way else row.operation
    key = ("layers_each_way" if two_way else "layers_of_units") if deep else "units_each_way" if two_way else "units"
    residual = [name("residual", lang)] if row.shortcuts else []
    return [title, *name(key, lang).format(row.units, row.layers).split("\n"), *residual]


def size(row: Row, lang: str) -> str:
    """The size of what comes out of a row."""
    return name("words", lang).format(row.output) if row.kind == "input" and "×" not in row.output else row.output


def count(number: int) -> str:
    """A number of parameters, 1,234,567."""
    return f"{number:,}"


def total(rows: Sequence[Row]) -> str:
    """The number of parameters, those of word vectors left out."""
    return count(sum(row.parameters or 0 for row in rows))


def foot(rows: Sequence[Row], lang: str, ruler: Ruler, width: float) -> list[str]:
    """What stands below a drawing: what grey numbers and arcs are, in as few lines as `width` (cm) takes."""
    unknown = any(row.parameters is None for row in rows)
    said = [name("grey_numbers_more" if unknown else "grey_numbers", lang).format(total(rows))]
    said += [name("rest", lang).format(count(row.parameters or 0)) for row in rows if row.kind == "rest"]
    shortcuts = " ".join(row.shortcuts for row in rows if row.kind == "stage").split()
    if shortcuts:
        said.append(name("hops_dashed" if "projection" in shortcuts else "hops", lang))
    lines = [""]
    for part in said:
        joined = name("semicolon", lang).join(filter(None, [lines[-1], part]))
        lines = [*lines[:-1], joined] if ruler.width([joined]) <= width else [*filter(None, lines), part]
    return lines


def spoken(row: Row, lang: str) -> str:
    """A row in a sentence: what it is and the size of its output."""
    joined = " ".join(word for line in lines(replace(row, after=""), lang) for word in line.split("\n"))
    words = re.sub("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", joined)
    if row.after:
        words = f"{words} + {row.after.replace(', ', ' + ')}"
    if row.branch:
        words = name("on_shortcut", lang).format(words)
    return name("sized", lang).format(words, row.output)
