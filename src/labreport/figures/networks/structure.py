"""The rows of a drawing of a network: what follows what, with sizes and parameters, read off the network itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from torch import nn

from labreport.errors import ResultsError
from labreport.figures.networks.rows import (
    FUNCTIONS,
    SIGNS,
    Row,
    function_row,
    group_row,
    module_row,
    parameter_count,
    shape_text,
)
from labreport.figures.networks.tracing import Step
from labreport.models.lstm import BidirectionalLSTM

DISTANCE = {"sub", "abs", "sum", "neg", "exp"}  # exp(-||a - b||_1), written out
JOINED = ("squeeze", "cat")  # what makes one vector of the states that were read out


def overview(model: nn.Module, steps: Sequence[Step]) -> list[Row]:
    """A whole network: normalisations and activations stand with the layer they follow, blocks with their stage.

    Raises:
        ResultsError: a parameter belongs to none of the rows.
    """
    inputs = [step for step in steps if step.operation == "input"]
    rows = [Row("input", "input", "input", shape_text(inputs[0].output))]
    ways = {n: shortcut(steps, n)[1] for n, step in enumerate(steps) if is_sum(step) and not step.inside}
    aside = {step for way in ways.values() for step in way}
    drawn: set[str] = set()
    for number, step in enumerate(steps):
        if number in ways:
            rows[-1] = _with_shortcut(model, rows[-1], [steps[one].path for one in ways[number]])
        elif number not in aside and step not in inputs:
            _add_step(model, steps, step, rows, drawn)
    if len(inputs) > 1:
        exact = {step.operation for step in steps if not step.path} >= DISTANCE
        rows.append(Row("similarity", "similarity", "manhattan" if exact else "other", "1"))
    rows = _joined(rows)
    counted = sum(row.parameters or 0 for row in rows)
    unknown = sum(parameter_count(model.get_submodule(row.name)) for row in rows if row.parameters is None)
    if counted + unknown != parameter_count(model):
        raise ResultsError(
            f"{type(model).__name__}: its layers do not hold all of its {parameter_count(model)} parameters"
        )
    return rows


def part(model: nn.Module, steps: Sequence[Step], path: str) -> list[Row]:
    """Every layer of a part of the network, with its sums and the shortcuts that lead to them.

    Raises:
        ResultsError: the network has no such part, or it has nothing inside.
    """
    inner = [number for number, step in enumerate(steps) if path in step.inside]
    if not inner:
        known = ", ".join(dict.fromkeys(name for step in steps for name in step.inside)) or "none"
        raise ResultsError(f"part: found {path!r}; {type(model).__name__} has these parts with layers inside: {known}")
    entry = steps[inner[0]].sources[0]
    rows = [Row("input", "input", "input", shape_text(steps[entry].output))]
    place = {entry: 0}  # step -> row
    for number in inner:
        step = steps[number]
        if step.path or is_sum(step) or step.operation in FUNCTIONS:
            rows.append(module_row(model, step) if step.path else function_row(step))
            place[number] = len(rows) - 1
        else:
            place[number] = place[step.sources[0]]
    for number in filter(lambda number: is_sum(steps[number]), inner):
        start, way = shortcut(steps, number, entry)
        rows[place[number]] = replace(rows[place[number]], start=place[start])
        for one in way:
            rows[place[one]] = replace(rows[place[one]], branch="shortcut")
    return rows


def is_sum(step: Step) -> bool:
    """Whether it adds two things that both come from the input."""
    return step.operation == "add" and len(step.sources) > 1


def shortcut(steps: Sequence[Step], total: int, entry: int = 0) -> tuple[int, list[int]]:
    """Where the shorter of the two ways to a sum begins, and the steps on it.

    Args:
        steps: of the network.
        total: number of the sum.
        entry: a step that both ways come from.
    """
    ways = sorted((_way_back(steps, source, entry) for source in steps[total].sources[:2]), key=len)
    start = next(step for step in ways[0] if step in ways[1])
    return start, ways[0][: ways[0].index(start)]


def _way_back(steps: Sequence[Step], step: int, entry: int) -> list[int]:
    """`step` and those before it down to `entry`, along each one's first source."""
    way = [step]
    while way[-1] != entry:
        way.append(steps[way[-1]].sources[0])
    return way


def _add_step(model: nn.Module, steps: Sequence[Step], step: Step, rows: list[Row], drawn: set[str]) -> None:
    """Append the row of a step, put it with the last row, or leave it out."""
    group = _group(model, step)
    if not group:
        _add_function(step, rows)
    elif group not in drawn:
        members = [one for one in steps if group in one.inside or f"{one.path}.".startswith(f"{group}.")]
        row = group_row(model, group, members, [_shortcut_kind(steps, block) for block in _blocks(model, group)])
        if row.kind in ("activation", "dropout") or row.operation in SIGNS:
            _follow(rows, SIGNS.get(row.operation, row.operation), row.parameters or 0)
        else:
            rows.append(row)
            drawn.add(group)
        if row.kind == "recurrent" and len(members[-1].output) == 1:
            rows.append(Row("last_step", "last_step", "gather", shape_text(members[-1].output)))


def _add_function(step: Step, rows: list[Row]) -> None:
    if step.operation in FUNCTIONS:
        _follow(rows, FUNCTIONS[step.operation], 0)
    elif step.operation in JOINED and rows[-1].kind.endswith(("_step", "_time")):
        rows[-1] = replace(rows[-1], output=shape_text(step.output))
    else:
        row = function_row(step)
        if row.kind != "function" and not row.kind == rows[-1].kind == "last_step":
            rows.append(row)


def _follow(rows: list[Row], sign: str, parameters: int) -> None:
    """Let the last row be followed by a normalisation or an activation."""
    last = rows[-1]
    after = ", ".join(filter(None, [last.after, sign]))
    rows[-1] = replace(last, after=after, parameters=None if last.parameters is None else last.parameters + parameters)


def _with_shortcut(model: nn.Module, row: Row, way: Sequence[str]) -> Row:
    """A row that a shortcut leads past, over the modules at `way`."""
    more = sum(parameter_count(model.get_submodule(path)) for path in way if path)
    kind = "projection" if more else "identity"
    said = " ".join(filter(None, [row.shortcuts, kind]))
    return replace(row, shortcuts=said, parameters=(row.parameters or 0) + more)


def _shortcut_kind(steps: Sequence[Step], block: str) -> str:
    """`identity` or `projection`, empty where a block adds nothing."""
    sums = [number for number, step in enumerate(steps) if block in step.inside and is_sum(step)]
    if not sums:
        return ""
    return "projection" if any(steps[one].path for one in shortcut(steps, sums[-1])[1]) else "identity"


def _group(model: nn.Module, step: Step) -> str:
    """Path of the module that a step is drawn with: a layer of two directions, a stage, a block, itself; or empty."""
    parents = step.path.split(".")[:-1]
    above = [".".join(parents[: count + 1]) for count in range(len(parents))]
    for path in (*above, *step.inside):
        if isinstance(model.get_submodule(path), BidirectionalLSTM):
            return path
    for path in step.inside:
        module = model.get_submodule(path)
        if not isinstance(module, nn.Sequential) or all(list(child.children()) for child in module):
            return path
    return step.path


def _blocks(model: nn.Module, group: str) -> list[str]:
    module = model.get_submodule(group)
    if not isinstance(module, nn.Sequential):
        return [group]
    return [f"{group}.{name}" for name, _ in module.named_children()]


def _joined(rows: Sequence[Row]) -> list[Row]:
    """Recurrent layers that differ in nothing and follow each other become one row of several layers."""
    joined: list[Row] = []
    for row in rows:
        last = joined[-1] if joined else None
        if last and row.kind == "recurrent" == last.kind and _look(row) == _look(last):
            joined[-1] = replace(
                last,
                output=row.output,
                layers=(last.layers or 1) + (row.layers or 1),
                parameters=(last.parameters or 0) + (row.parameters or 0),
                shortcuts=" ".join(filter(None, [last.shortcuts, row.shortcuts])),
            )
        else:
            joined.append(row)
    return joined


def _look(row: Row) -> tuple[object, ...]:
    return row.operation, row.units, row.directions, row.after
