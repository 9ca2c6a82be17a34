"""The rows of a drawing of a network: what follows what, with sizes and parameters, read off the network itself."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from torch import nn

from labreport.errors import ResultsError
from labreport.figures.networks.rows import (
    JOINS,
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
OVER = ("last_step", "max_over_time", "mean_over_time")
JOINED = ("squeeze", "cat")  # what makes one vector of the states that were read out
Arcs = list[tuple[int, list[int]]]  # where each shortcut to a sum begins, and the steps on it


def rows_of(model: nn.Module, steps: Sequence[Step], path: str = "") -> list[Row]:
    """What is drawn of a network, blocks with their stage, or of its part at `path`, layer by layer.

    Normalisations and activations stand with the layer they follow.

    Raises:
        ResultsError: the network has no such part, or it has nothing inside.
    """
    if path and not any(path in step.inside for step in steps):
        known = ", ".join(dict.fromkeys(name for step in steps for name in step.inside)) or "none"
        raise ResultsError(f"part: found {path!r}; {type(model).__name__} has these parts with layers inside: {known}")
    reader = _Reader(model, steps, path)
    for number in reader.numbers:
        reader.read(number)
    if reader.pair:
        exact = {step.operation for step in steps if not step.path} >= DISTANCE
        reader.rows.append(Row("similarity", "similarity", "manhattan" if exact else "other", "1"))
    rows = _folded(reader.rows)
    counted = sum(row.parameters or 0 for row in rows)
    counted += sum(parameter_count(model.get_submodule(row.name)) for row in rows if row.parameters is None)
    rest = parameter_count(model.get_submodule(path)) - counted
    return [*rows, Row("rest", "rest", "rest", rows[-1].output, rest)] if rest else rows


def is_sum(step: Step) -> bool:
    """Whether it adds two things that both come from the input."""
    return step.operation == "add" and len(step.sources) > 1


def shortcuts(steps: Sequence[Step], join: int, entry: int = 0) -> Arcs:
    """Where the ways to a sum begin, but for the longest one, and the steps on them.

    Args:
        steps: of the network.
        join: number of the sum.
        entry: a step that all ways come from.
    """
    *ways, longest = sorted((_way_back(steps, source, entry) for source in steps[join].sources), key=len)
    meets = [(way, next((step for step in way if step in longest), None)) for way in ways]
    return [(start, way[: way.index(start)]) for way, start in meets if start is not None]


def _way_back(steps: Sequence[Step], step: int, entry: int) -> list[int]:
    """`step` and those before it down to `entry` or an input, along each one's first source."""
    way = [step]
    while way[-1] != entry and steps[way[-1]].sources:
        way.append(steps[way[-1]].sources[0])
    return way


class _Reader:
    """Goes through the steps in order and makes rows of them."""

    def __init__(self, model: nn.Module, steps: Sequence[Step], path: str) -> None:
        self.model, self.steps, self.path = model, steps, path
        inputs = [number for number, step in enumerate(steps) if step.operation == "input"]
        self.pair = len(inputs) > 1 and not path
        self.numbers = [
            number for number, step in enumerate(steps) if number not in inputs and (not path or path in step.inside)
        ]
        called = {path for step in steps for path in step.inside if step.path}
        self.closed = {path for step in steps for path in step.inside} - called  # use their children's weights only
        self.entry = steps[self.numbers[0]].sources[0] if path else 0
        self.rows = [Row("input", "input", "input", shape_text(steps[self.entry].output))]
        self.place = dict.fromkeys([self.entry, *inputs], 0)  # step -> row
        self.arcs = dict(self._arcs())
        self.branch = {
            step: count for arcs in self.arcs.values() for count, (_, way) in enumerate(arcs, 1) for step in way
        }
        self.starts = {start for arcs in self.arcs.values() for start, _ in arcs}
        self.drawn: dict[str, int] = {}  # group -> row

    def read(self, number: int) -> None:
        """Append the row of a step, put it with the row it follows, or leave it out."""
        step = self.steps[number]
        self.place[number] = min(self.place.get(step.sources[0], len(self.rows) - 1), len(self.rows) - 1)
        group = self._group(step)
        if number in self.arcs:
            self._join(number)
        elif not group:
            self._add(number, function_row(step))
        elif group not in self.drawn:
            self._add_group(number, group)
        elif group == step.path and not self.pair:
            self._add(number, replace(module_row(self.model, step), parameters=0))  # called once more
        else:
            self.place[number] = self.drawn[group]

    def _add(self, number: int, row: Row) -> None:
        before, branch = self.rows[self.place[number]], self.branch.get(number, 0)
        if row.kind in ("activation", "dropout") or row.operation in SIGNS:
            source = self.steps[number].sources[0]
            if before.kind not in ("input", "join") and before.branch == branch and source not in self.starts:
                after = ", ".join(filter(None, [before.after, SIGNS.get(row.operation, row.operation)]))
                more = None if before.parameters is None else before.parameters + (row.parameters or 0)
                self.rows[self.place[number]] = replace(before, after=after, parameters=more)
                return
        elif row.kind == "function" or row.kind == self.rows[-1].kind == "last_step":
            if row.operation in JOINED and before.kind in OVER:
                self.rows[self.place[number]] = replace(before, output=row.output)
            return
        self.rows.append(replace(row, branch=branch))
        self.place[number] = len(self.rows) - 1

    def _add_group(self, number: int, group: str) -> None:
        members = [one for one in self.steps if group in one.inside or f"{one.path}.".startswith(f"{group}.")]
        module = self.model.get_submodule(group)
        blocks = [f"{group}.{name}" for name, _ in module.named_children()]
        kinds = [self._kind(block) for block in (blocks if isinstance(module, nn.Sequential) else [group])]
        row = group_row(self.model, group, members, kinds)
        self._add(number, row)
        if row.kind == "recurrent" and len(members[-1].output) == 1:
            self._add(number, Row("last_step", "last_step", "gather", shape_text(members[-1].output)))
        self.drawn[group] = self.place[number]

    def _join(self, number: int) -> None:
        """A sum, with the rows that its shortcuts come from; of a single recurrent layer, a word with that layer."""
        step, branch = self.steps[number], self.branch.get(number, 0)
        starts = [self.place[start] for start, _ in self.arcs[number]]
        inner = self.rows[max(starts) + 1 :]
        layers = [row for row in inner if row.branch == branch]
        if len(layers) == 1 and layers[0].kind == "recurrent":
            more = sum(row.parameters or 0 for row in inner if row is not layers[0])
            parameters = (layers[0].parameters or 0) + more
            row = replace(layers[0], shortcuts="projection" if more else "identity", parameters=parameters)
            del self.rows[max(starts) + 1 :]
        else:
            said = ", ".join(f"row {start}" for start in starts)
            row = Row(step.operation, "join", step.operation, shape_text(step.output), starts=said, branch=branch)
        self.rows.append(row)
        self.place[number] = len(self.rows) - 1

    def _arcs(self) -> Iterator[tuple[int, Arcs]]:
        """Every sum, product or concatenation of ways with a layer on one of them."""
        for number in self.numbers:
            step = self.steps[number]
            if step.operation in JOINS and len(step.sources) > 1 and not self._group(step):
                arcs = shortcuts(self.steps, number, self.entry)
                first = min((start for start, _ in arcs), default=number)
                layers = {self._group(one) for one in self.steps[first + 1 : number]} - {""}
                halves = all(any(self._group(self.steps[one]) for one in way) for _, way in arcs)
                if layers and not (halves and len(layers) == 1):  # the two directions of one layer are no branches
                    yield number, arcs

    def _group(self, step: Step) -> str:
        """Path of the module it is drawn with: a layer of two directions, a stage, a block, itself or none."""
        if self.path:
            return next((path for path in step.inside if path in self.closed), step.path)
        parents = step.path.split(".")[:-1]
        above = [".".join(parents[: count + 1]) for count in range(len(parents))]
        for path in (*above, *step.inside):
            if isinstance(self.model.get_submodule(path), BidirectionalLSTM):
                return path
        for path in step.inside:
            module = self.model.get_submodule(path)
            if not isinstance(module, nn.Sequential) or all(list(child.children()) for child in module):
                return path
        return step.path

    def _kind(self, block: str) -> str:
        """`identity` or `projection`, empty where a block adds nothing."""
        sums = [number for number, step in enumerate(self.steps) if block in step.inside and is_sum(step)]
        arcs = shortcuts(self.steps, sums[-1]) if sums else []
        if not arcs:
            return ""
        return "projection" if any(self.steps[one].path for one in arcs[0][1]) else "identity"


def _folded(rows: Sequence[Row]) -> list[Row]:
    """Layers and blocks that differ in nothing and follow each other become one row of several."""
    folded: list[Row] = []
    place: list[int] = []
    for row in rows:
        last = folded[-1] if folded else None
        alike = last and row.kind in ("recurrent", "module", "stage") and _look(row) == _look(last)
        if last and alike and not (row.kind != "recurrent" and row.output != last.output):
            folded[-1] = replace(
                last,
                kind="recurrent" if row.kind == "recurrent" else "stage",
                output=row.output,
                layers=(last.layers or 1) + (row.layers or 1) if row.kind == "recurrent" else None,
                repeats=last.repeats + row.repeats if row.kind != "recurrent" else 1,
                parameters=(last.parameters or 0) + (row.parameters or 0),
                shortcuts=" ".join(filter(None, [last.shortcuts, row.shortcuts])),
            )
        else:
            starts = ", ".join(f"row {place[int(start.split()[1])]}" for start in row.starts.split(", ") if start)
            folded.append(replace(row, starts=starts))
        place.append(len(folded) - 1)
    return folded


def _look(row: Row) -> tuple[object, ...]:
    return row.operation, row.units, row.directions, row.after, row.branch
