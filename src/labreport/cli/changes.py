"""What differs between two states of a report: settings, runs, numbers, claims, tables and figures."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from labreport.artifacts.artifact import CODE, SPEC
from labreport.artifacts.difference import Difference, differences, in_words
from labreport.claims.estimates import between
from labreport.cli.states import State
from labreport.documents.claimed import claim
from labreport.documents.printing import ABSENT, DIFFERENCE, Value
from labreport.errors import ResultsError, outcome
from labreport.files import SUMS, read_object
from labreport.quantities.measured import measure
from labreport.quantities.registry import QUANTITIES, Quantity
from labreport.quantities.values import Measured
from labreport.results import shown_title
from labreport.rounding import MINUS

CELLS = 10  # of a table that are listed
NEW, GONE = "new", "gone"
BEYOND = " times its error of "
LABELS = ("experiment", "seed", "split", "epoch", "true", "predicted")  # columns that say what a row is of
REPEATED = frozenset({"shown"})  # another column in words
FOUND = ("outcome", "estimate", "low", "high", "margin", "p_adjusted")  # what a claim came out as


@dataclass(frozen=True)
class Section:
    """A table of differences.

    Attributes:
        title: above it.
        head: of its columns.
        rows: a cell per column.
        said: the differences in a few words, each with its number.
    """

    title: str
    head: Sequence[str]
    rows: list[list[str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def changes(before: State, after: State) -> list[Section]:
    """What differs, in the order in which one thing makes another differ; what does not is left out.

    Raises:
        UserError: a run is damaged.
        LookupError, TypeError, ValueError: a file does not hold what it should.
    """
    runs = _runs(before, after)
    retrained = dict.fromkeys(row[0] for row in runs.rows)
    both = before.experiments.keys() & after.experiments.keys()
    numbers = _numbers(before, after, [name for name in retrained if name in both])
    errors = {(row[0], name): row[-1] for name, row in numbers}
    quantities = Section("Numbers", ("Experiment", "Quantity", "Before", "After", "Change", "Against its error"))
    quantities.rows.extend(row for _, row in numbers)
    beyond = sum(BEYOND in row[-1] for _, row in numbers)
    quantities.said.append(f"{_counted(len(numbers), 'number')} changed, {beyond} of them by more than their error")
    titles = {shown_title(name, one, after.lang or "en"): name for name, one in after.experiments.items()}
    found = [_settings(before, after), runs, quantities, _claims(before, after)]
    found += [_tables(before, after, errors, titles), _figures(before, after)]
    return [section for section in found if section.rows]


def _runs(before: State, after: State) -> Section:
    section = Section("Runs", ("Experiment", "Seed", "What", "Before", "After"))
    for name, seed in dict.fromkeys([*before.runs, *after.runs]):
        was, now = (state.runs.get((name, seed)) for state in (before, after))
        if was is None or now is None:
            what = NEW if was is None else GONE
        elif was.name != now.name:
            what = "retrained"
        elif (was / SUMS).read_bytes() != (now / SUMS).read_bytes():
            what = "trained again with the same settings"
        else:
            continue
        section.rows.append([name, str(seed), what, *(ABSENT if one is None else one.name for one in (was, now))])
    for what in dict.fromkeys(row[2] for row in section.rows):
        section.said.append(f"{_counted(sum(row[2] == what for row in section.rows), 'run')} {what}")
    return section


def _settings(before: State, after: State) -> Section:
    """Of each experiment that both have, by the first seed that both have."""
    section = Section("Settings", ("Experiment", "What changed"))
    seen = set[str]()
    for (name, seed), was in before.runs.items():
        now = after.runs.get((name, seed))
        if now is None or name in seen:
            continue
        seen.add(name)
        section.rows.extend([name, words] for words in in_words(_unlike(was, now)))
    section.said.append(f"settings or code of {_counted(len({row[0] for row in section.rows}), 'experiment')} changed")
    return section


def _unlike(was: Path, now: Path) -> Iterator[Difference]:
    """Every leaf in which the specs of two runs differ, also in their code and data as far as their folders tell."""

    def beside(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        return read_object(was / name), read_object(now / name)

    for path, *pair in differences(*beside(SPEC)):
        inner: list[Difference] = []
        if path == ("code",):
            inner = list(differences(*beside(CODE), path))
        elif path == ("data", "key"):
            one, other = (dataset.get("spec") or {} for dataset in beside("dataset.json"))
            inner = list(differences(one, other, ("data",)))
        yield from inner or [(path, *pair)]


def _numbers(before: State, after: State, names: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Quantity and line of every quantity of some experiments that changed."""
    found = []
    for name in names:
        for quantity in (one for one in QUANTITIES.values() if not one.argument):
            pair = [outcome(measure, state.results, name, quantity.name) for state in (before, after)]
            if any(isinstance(one, ResultsError) for one in pair):
                continue  # the task does not have it
            was, now = (one for one in pair if isinstance(one, Measured))
            if not was.values.equals(now.values):
                found.append((quantity.name, [name, quantity.title("en"), *_change(quantity, was, now)]))
    return found


def _change(quantity: Quantity, was: Measured, now: Measured) -> list[str]:
    """Before, after, by how much, and that against its error, as claims know it."""
    estimate, unit = between(now, was, quantity.exact), quantity.unit or "loss"
    size = _text(abs(estimate.value), DIFFERENCE.get(unit, unit))
    change = size if size == ABSENT else f"{'+' if estimate.value > 0 else MINUS}{size}"
    if estimate.exact:
        against = "exact"
    elif not estimate.known or not estimate.error:
        against = "error unknown"
    else:
        low, high = estimate.interval()
        many = f"{abs(estimate.value) / estimate.error:.1f}{BEYOND}"
        error = _text(estimate.error, DIFFERENCE.get(unit, unit))
        against = f"within its error ({error})" if low <= 0 <= high else f"{many}{error}"
    return [_text(was.mean, unit), _text(now.mean, unit), change, against]


def _text(value: float, unit: str) -> str:
    return Value(value, unit, "en").text().replace(r"\%", "%")


def _claims(before: State, after: State) -> Section:
    section = Section("Claims", ("Claim", "What", "Before", "After"))
    was, now = (
        {name: read_object(path) for name, path in state.of("claims", ".json").items()} for state in (before, after)
    )
    without = [state.called for state in (before, after) if f"claims/{SPEC}" not in state.files]
    if without:  # as archives were packed once
        if len(without) == 1:
            section.rows.append(["all", f"not compared: {without[0]} holds none", ABSENT, ABSENT])
            section.said.append("claims not compared")
        return section
    for name in dict.fromkeys([*was, *now]):
        one, other = was.get(name), now.get(name)
        if one is None or other is None:
            what = NEW if one is None else GONE
        elif all(one[key] == other[key] for key in FOUND):
            continue
        else:
            what = "turned" if one["outcome"] != other["outcome"] else "same outcome"
        said = [str(ABSENT if each is None else claim(each, name, "en")) for each in (one, other)]
        section.rows.append([name, what, *(words.replace(r"\%", "%") for words in said)])
    turned = sum(row[1] == "turned" for row in section.rows)
    section.said.append(f"{turned} of {_counted(len(now), 'claim')} turned")
    return section


def _tables(before: State, after: State, errors: Mapping[tuple[str, str], str], titles: Mapping[str, str]) -> Section:
    section = Section("Tables", ("Table", "Row", "Column", "Before", "After", "Against its error"))
    for name, what, cells in _files(before, after, "tables"):
        rows = [[name, *cell, errors.get((titles.get(cell[0], cell[0]), cell[1]), "")] for cell in cells[:CELLS]]
        if what or len(cells) > CELLS:
            rows.append([name, what or f"and {len(cells) - CELLS} more cells", "", "", "", ""])
        section.rows.extend(rows)
    section.said.append(f"{_counted(len({row[0] for row in section.rows}), 'table')} changed")
    return section


def _figures(before: State, after: State) -> Section:
    section = Section("Figures", ("Figure", "What", "Largest change of a number"))
    for name, what, cells in _files(before, after, "figures"):
        pairs = pd.DataFrame(cells, columns=["row", "column", "was", "now"])[["was", "now"]]
        numbers = pairs.apply(pd.to_numeric, errors="coerce")
        most = (numbers["now"] - numbers["was"]).abs().max()
        section.rows.append(
            [name, what or f"{_counted(len(cells), 'value')} differ", ABSENT if pd.isna(most) else f"{most:.4g}"]
        )
    section.said.append(f"{_counted(len(section.rows), 'figure')} changed")
    return section


def _files(before: State, after: State, folder: str) -> Iterator[tuple[str, str, list[list[str]]]]:
    """Name, `new` or `gone`, and cells of every figure or table whose numbers differ."""
    was, now = (state.of(folder, ".csv") for state in (before, after))
    for name in dict.fromkeys([*was, *now]):
        if name not in was or name not in now:
            yield name, NEW if name not in was else GONE, []
        elif cells := list(_cells(*(_labelled(one[name]) for one in (was, now)))):
            yield name, "", cells


def _labelled(path: Path) -> dict[tuple[str, str], str]:
    """(row, column) -> the text of a cell; a row goes by what it is of, and by its number where several are of that."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    labels = list(dict.fromkeys([frame.columns[0], *(one for one in LABELS if one in frame)]))
    rows = frame[labels].agg(", ".join, axis=1)
    twice = rows.groupby(rows).cumcount()
    rows = rows.where(twice == 0, rows + " #" + (twice + 1).astype(str))
    shown = [name for name in frame.columns if name not in {*labels, *REPEATED}]
    return {(row, name): text for name in shown for row, text in zip(rows, frame[name], strict=True)}


def _cells(was: Mapping[tuple[str, str], str], now: Mapping[tuple[str, str], str]) -> Iterator[list[str]]:
    """Row, column, before and after of every cell that differs."""
    for row, column in dict.fromkeys([*was, *now]):
        one, other = (cells.get((row, column), ABSENT) for cells in (was, now))
        if one != other:
            yield [row, column, _short(one), _short(other)]


def _short(text: str) -> str:
    """A fraction with six digits, any other text as it is: a run's key may consist of digits."""
    return f"{float(text):.6g}" if re.fullmatch(r"-?\d+\.\d+(e[-+]\d+)?", text) else text or "empty"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
