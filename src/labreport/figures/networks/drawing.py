"""A network from left to right: boxes for layers, the shapes between them below, shortcuts as arcs above."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labreport.figures.networks.nodes import BEHIND_CM, GAP_CM, PAD_CM, SUM_CM, foot, name, node, paint
from labreport.figures.networks.rows import Row
from labreport.figures.shapes import LINE_CM, canvas, path, width_of, write
from labreport.figures.style import CM, GREY

MARGIN_CM, EDGE_CM, WIDEST_GAP_CM, LEAD_CM = 0.08, 0.35, 1.1, 0.3
SHAPE_CM = 0.1 + LINE_CM  # a line of shapes below the boxes
CHANNEL_CM, FOOT_CM, ARC_CM, JOINT_CM = 0.4, 0.16, 0.28, 0.1
LANES_CM, ARM_CM = 1.15, 0.5
Arc = tuple[int, int, list[int]]  # rows of the start, of the sum, and of the layers on the shortcut


class Drawing:
    """Where everything is, worked out before there is a figure."""

    def __init__(self, rows: Sequence[Row], width: float, lang: str, *, part: bool) -> None:
        self.rows = [row for row in rows if row.kind != "rest"]
        self.width, self.lang = width, lang
        self.said = foot(rows, lang, width - 2 * MARGIN_CM)
        self.nodes = [
            node(row, lang, before, part=part) for before, row in zip([None, *self.rows], self.rows, strict=False)
        ]
        self.pair = self.rows[-1].kind == "similarity"
        if self.pair:
            first, words = self.nodes[0], [name("sentence", lang).format(letter) for letter in "AB"]
            first.words, first.width = words, width_of(words) + 2 * PAD_CM
        self.end = "$y$" if part else self.rows[-1].output
        self.main = [number for number, row in enumerate(self.rows) if not row.branch]
        self.arcs = list(self._arcs())
        self._room()
        self.lines = self._lines()
        self.depths = self._depths()

    def canvas(self, height: float) -> tuple[Figure, Axes]:
        """A figure for a drawing `height` centimetres high, with the words below it."""
        said = len(self.said) * LINE_CM
        figure, axes = canvas(self.width, height + 2 * MARGIN_CM + FOOT_CM + said)
        write(axes, self.width / 2, MARGIN_CM + said / 2, self.said, color=GREY)
        return figure, axes

    def _arcs(self) -> Iterator[Arc]:
        """Every shortcut to a sum of the main way, each layer on one of them with the first sum that it can lead to."""
        free = [number for number, row in enumerate(self.rows) if row.branch]
        for join in self.main:
            starts = [int(start.removeprefix("row ")) for start in self.rows[join].starts.split(", ") if start]
            for branch, start in enumerate(starts, 1):
                aside = [number for number in free if start < number < join and self.rows[number].branch == branch]
                free = [number for number in free if number not in aside]
                yield max(number for number in self.main if number <= start), join, aside

    def _depths(self) -> list[int]:
        """How many arcs each one leads over; one to another line leads on to the end of that line."""
        ends = [
            next(join if start in line else line[-1] + 1 for line in self.lines if join in line)
            for start, join, _ in self.arcs
        ]
        depths: dict[int, int] = {}
        for here in sorted(range(len(ends)), key=lambda one: ends[one] - self.arcs[one][0]):
            under = [depths[one] for one in depths if self.arcs[one][0] < ends[here] and self.arcs[here][0] < ends[one]]
            depths[here] = max(under, default=-1) + 1
        return [depths[number] for number in range(len(ends))]

    def _room(self) -> None:
        """Widen boxes until the shapes below fit, and the gap before a sum until its shortcuts do."""
        for before, here in pairwise(self.main):
            shapes = width_of([self.nodes[before].shape]) / 2 + width_of([self.nodes[here].shape]) / 2
            if self.nodes[before].shape and self.nodes[here].shape:
                self.nodes[here].width = max(self.nodes[here].width, shapes + 0.15 - GAP_CM)
        for start, join, aside in self.arcs:
            between = [number for number in self.main if start < number < join]
            span = sum(self.nodes[number].width + GAP_CM for number in between) + GAP_CM
            need = sum(self.nodes[number].width + LEAD_CM for number in aside) + LEAD_CM
            self.nodes[join].lead = max(self.nodes[join].lead, need - span + JOINT_CM)

    def _lines(self) -> list[list[int]]:
        """The boxes in lines that fit, broken where few shortcuts are, then as few and as even as can be."""
        room, main = self.width - 2 * EDGE_CM, self.main
        best: list[tuple[tuple[int, int, float], list[list[int]]]] = [((0, 0, 0.0), [])]
        for end in range(1, len(main) + 1):
            found = []
            for start in range(end):
                width = self.natural(main[start:end])
                if width <= room or start == end - 1:
                    (cut, count, widest), lines = best[start]
                    here = sum(one < main[start] <= join for one, join, _ in self.arcs)
                    found.append(((cut + here, count + 1, max(widest, width)), [*lines, main[start:end]]))
            best.append(min(found, key=lambda one: one[0]))
        return best[-1][1]

    def natural(self, line: Sequence[int], gap: float = GAP_CM) -> float:
        """Width of a line with its gaps and what stands behind its end."""
        return sum(self.nodes[one].width + self.nodes[one].lead + gap for one in line) - gap + self._tail(line)

    def _tail(self, line: Sequence[int]) -> float:
        if line == self.main and self.pair:
            return ARM_CM / 2
        if line[-1] == self.main[-1]:
            return GAP_CM + 0.08 + width_of([self.end])
        return GAP_CM / 2 + width_of([self.nodes[line[-1]].shape]) / 2

    def half(self, line: Sequence[int]) -> float:
        """Half the height of a line's boxes."""
        return max(self.nodes[one].height for one in line) / 2

    def levels(self, line: Sequence[int]) -> list[float]:
        """Height above a line's middle of each depth of arcs that touch it, and of what is above all of them."""
        touching = [n for n, (start, join, _) in enumerate(self.arcs) if start in line or join in line]
        top = self.half(line) + max(self.nodes[one].over for one in line)
        levels = []
        for depth in range(max((self.depths[one] for one in touching), default=-1) + 1):
            here = [self.arcs[one] for one in touching if self.depths[one] == depth]
            asides = [self.nodes[one] for start, _, aside in here if start in line for one in aside]
            high = max([one.height / 2 for one in asides], default=0.0)
            levels.append(top + max(ARC_CM, high + 0.15))
            top = levels[-1] + max([LINE_CM + 0.02, *(one.height / 2 + one.over for one in asides)])
        return [*levels, top + 0.04]

    def place(self, line: Sequence[int], y: float) -> None:
        """Give the boxes of a line their places, the gaps as wide as there is room for."""
        room = self.width - 2 * EDGE_CM - self.natural(line, 0.0)
        gap = min(WIDEST_GAP_CM, room / max(len(line) - 1, 1))
        x = (self.width - self.natural(line, gap)) / 2
        for one in line:
            x += self.nodes[one].lead
            self.nodes[one].x, self.nodes[one].y = x, y
            x += self.nodes[one].width + gap

    def paint_line(self, axes: Axes, line: Sequence[int], before: Sequence[int], channel: float) -> None:
        """Boxes, arrows and shapes of a line; `channel` is the height at which the line before it is led back."""
        for one in line:
            paint(axes, self.nodes[one], self.half(line), self.lang)
        for here, after in pairwise(line):
            path(axes, [self.nodes[here].right, self.nodes[after].left])
        if before:
            (x, y), (left, low) = self.nodes[before[-1]].right, self.nodes[line[0]].left
            edge = self.width - EDGE_CM / 2 - 0.05
            bends = [(edge, y), (edge, channel), (MARGIN_CM, channel), (MARGIN_CM, low)]
            path(axes, [(x, y), *bends, (left, low)])
        for one, next_one in zip_longest(line, line[1:]):
            box, low = self.nodes[one], self.nodes[one].y - self.half(line) - 0.06
            end = self.nodes[next_one].x if next_one else box.right[0] + GAP_CM
            if box.shape and one != self.main[-1]:
                x = (box.right[0] + end) / 2
                axes.plot([x, x], [box.y, low], color=GREY, linewidth=0.5, linestyle=":", zorder=1)
                write(axes, x, low - LINE_CM / 2, [box.shape])
        if line[-1] == self.main[-1]:
            x, y = self.nodes[line[-1]].right
            path(axes, [(x, y), (x + GAP_CM, y)])
            write(axes, x + GAP_CM + 0.08, y, [self.end], ha="left")

    def paint_arc(self, axes: Axes, number: int) -> None:
        """A shortcut over what it passes, its layers on it; to another line it leads along the right edge."""
        (start, join, aside), depth = self.arcs[number], self.depths[number]
        first, last = (next(line for line in self.lines if one in line) for one in (start, join))
        x, y = self.nodes[start].right[0] + JOINT_CM, self.nodes[start].y
        box = self.nodes[join].width > SUM_CM
        end = self.nodes[join].left[0] + self.nodes[join].width / 2 + 0.2 * depth * box
        level, landing = y + self.levels(first)[depth], self.nodes[join].y + self.levels(last)[depth]
        top = (end, self.nodes[join].y + (self.half(last) if box else SUM_CM / 2))
        edge = self.width - MARGIN_CM
        bends = [(edge, level), (edge, landing)] if first is not last else []
        path(axes, [(x, y), (x, level), *bends, (end, landing), top])
        axes.plot(x, y, marker="o", markersize=3.2, color="#222222", zorder=4)
        middle = (x + (edge if bends else end)) / 2
        if not aside:
            below = bends and edge - end > edge - x  # on the longer one of two lines
            place = ((edge + end) / 2, landing) if below else (middle, level)
            write(axes, place[0], place[1] + LINE_CM / 2 + 0.03, [name("identity", self.lang)])
        left = middle - (sum(self.nodes[one].width + LEAD_CM for one in aside) - LEAD_CM) / 2
        for one in aside:
            self.nodes[one].x, self.nodes[one].y = left, level
            paint(axes, self.nodes[one], self.nodes[one].height / 2, self.lang)
            path(axes, [(left - LEAD_CM / 2, level), (left, level)])
            left += self.nodes[one].width + LEAD_CM


def draw_network(rows: Sequence[Row], width: float, lang: str, *, part: bool) -> Figure:
    """A network in as few lines as `width` (cm) takes; one for two sentences in two lanes, if they fit.

    Args:
        rows: of `labreport.figures.networks.structure.rows_of`.
        width: of the figure in centimetres.
        lang: of the words.
        part: whether it is a part of a network, with an input $x$ and an output $y$.
    """
    drawing = Drawing(rows, width, lang, part=part)
    if drawing.pair and drawing.natural(drawing.main) <= width - 2 * EDGE_CM:
        return _two_lanes(drawing)
    above = [drawing.levels(line)[-1] for line in drawing.lines]
    below = [drawing.half(line) + SHAPE_CM for line in drawing.lines]
    figure, axes = drawing.canvas(sum(above) + sum(below) + CHANNEL_CM * (len(drawing.lines) - 1))
    top = figure.get_figheight() / CM - MARGIN_CM
    before: list[int] = []
    for line, up, down in zip(drawing.lines, above, below, strict=True):
        drawing.place(line, top - up)
        drawing.paint_line(axes, line, before, top + CHANNEL_CM / 2)
        top, before = top - up - down - CHANNEL_CM, line
    for number in range(len(drawing.arcs)):
        drawing.paint_arc(axes, number)
    return figure


def _two_lanes(drawing: Drawing) -> Figure:
    """The encoder once for each sentence, dashes between what both share, and the similarity of what comes out."""
    encoder, last = drawing.main[:-1], drawing.nodes[-1]
    half, up = drawing.half(drawing.main), drawing.levels(encoder)[-1]
    pitch = up + half + SHAPE_CM + LANES_CM
    figure, axes = drawing.canvas(pitch + up + half + SHAPE_CM)
    top = figure.get_figheight() / CM - MARGIN_CM - up
    drawing.place(drawing.main, top)
    last.x, last.y = last.x + ARM_CM / 2, top - pitch / 2
    for lane, letter in enumerate("AB"):
        drawing.nodes[0].words = [name("sentence", drawing.lang).format(letter)]
        for one in encoder:
            drawing.nodes[one].y = top - lane * pitch
            drawing.nodes[one].number *= lane == 0  # what is shared is counted once
        drawing.paint_line(axes, encoder, [], 0.0)
        (left, y), x = drawing.nodes[encoder[-1]].right, last.x + last.width / 2
        path(axes, [(left, y), (x, y), (x, last.y + (half if lane == 0 else -half))])
        write(axes, (left + last.x) / 2, y + LINE_CM / 2 + 0.03, [f"${letter.lower()}$"])
        for number in range(len(drawing.arcs)):
            drawing.paint_arc(axes, number)
    paint(axes, last, half, drawing.lang)
    shared = [drawing.nodes[one] for one in encoder if drawing.nodes[one].row.parameters != 0]
    widest = max(shared, key=lambda box: box.width, default=None)
    for box in shared:
        x, ends = box.x + box.width / 2, [top - half, top - pitch + half + box.over - BEHIND_CM]
        middle = sum(ends) / 2
        if box is widest:
            write(axes, x, middle, [name("shared", drawing.lang)])
        for end, room in zip(ends, (LINE_CM / 2, -LINE_CM / 2), strict=True):
            path(axes, [(x, end), (x, middle + room * (box is widest))], head=False, dashed=True)
    return figure
