"""The kernels of a model's first convolution after training, as small pictures."""

import numpy as np
import pandas as pd
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from labreport.errors import ResultsError
from labreport.figures.labels import label, sentence
from labreport.figures.shapes import canvas, colours, show
from labreport.figures.style import SMALL_PT, WIDTH_CM
from labreport.results import Options, Results
from labreport.rounding import fixed

CHANNELS = ["red", "green", "blue"]
LARGEST_CM = {"full": 1.5, "half": 1.2}
COLUMNS = {"full": 16, "half": 8}
GAP = 0.12  # of a kernel's width
SCALE_CM, MARGIN_CM = 1.25, 0.1


def collect(results: Results, options: Options) -> pd.DataFrame:
    """Columns `experiment, seed, filter, row, column, red, green, blue`: the weights of the first seed's run.

    Args:
        results: the run's results.
        options: `experiments`, a list of one name.

    Raises:
        ResultsError: its runs left no kernels over grey or three colours.
    """
    (experiment,) = options["experiments"]
    seed, weights = next(iter(results.filters(experiment).items()))
    if weights.shape[1] not in (1, len(CHANNELS)):
        raise ResultsError(
            f"{results.name}: the first convolution of {experiment} reads {weights.shape[1]} channels; "
            f"a picture needs one, grey, or {', '.join(CHANNELS)}"
        )
    count, _, height, width = weights.shape
    places = np.indices((count, height, width)).reshape(3, -1)
    frame = pd.DataFrame(places.T, columns=["filter", "row", "column"])
    frame[CHANNELS] = colours(weights.transpose(0, 2, 3, 1)).reshape(-1, len(CHANNELS))
    frame.insert(0, "experiment", experiment)
    frame.insert(1, "seed", seed)
    return frame


def draw(frame: pd.DataFrame, options: Options, lang: str) -> Figure:
    """A tile per kernel, mid-grey where its weights are zero, all on one scale, which stands below."""
    kernels, largest = _kernels(frame)
    width = options.get("width", "full")
    rows = -(-len(kernels) // COLUMNS[width])
    columns = -(-len(kernels) // rows)  # as few as give no more rows, so that the last one is fullest
    room = WIDTH_CM[width] - 2 * MARGIN_CM
    tile = min(LARGEST_CM[width], room / (columns + (columns - 1) * GAP))
    height = MARGIN_CM + tile * (rows + (rows - 1) * GAP) + SCALE_CM
    figure, axes = canvas(WIDTH_CM[width], height)
    left = (WIDTH_CM[width] - tile * (columns + (columns - 1) * GAP)) / 2
    for index, kernel in enumerate(kernels):
        x = left + (index % columns) * tile * (1 + GAP)
        top = height - MARGIN_CM - (index // columns) * tile * (1 + GAP)
        show(axes, 0.5 + kernel / (2 * largest), x, top, tile)
    _scale(figure, largest, WIDTH_CM[width], height, label("grey_weight" if _grey(kernels) else "weight", lang))
    return figure


def describe(frame: pd.DataFrame, options: Options, lang: str) -> str:
    """How many kernels there are, of what size, and how large their weights are."""
    kernels, largest = _kernels(frame)
    count, height, width, _ = kernels.shape
    shown = sentence("grey" if _grey(kernels) else "colour", lang)
    name = frame["experiment"].iloc[0]
    return sentence("filters", lang, name, count, height, width, shown, fixed(largest, 2))


def _kernels(frame: pd.DataFrame) -> tuple[np.ndarray, float]:
    """Weights, (kernels, height, width, 3), and the largest of them without its sign; 1 where all are zero."""
    count, height, width = (int(frame[key].max()) + 1 for key in ("filter", "row", "column"))
    kernels = frame[CHANNELS].to_numpy().reshape(count, height, width, len(CHANNELS))
    return kernels, float(np.abs(kernels).max()) or 1.0


def _grey(kernels: np.ndarray) -> bool:
    return bool((kernels == kernels[..., :1]).all())


def _scale(figure: Figure, largest: float, width: float, height: float, name: str) -> None:
    """A grey bar from minus to plus `largest` below the tiles, and what it measures."""
    length = min(5.0, 0.6 * width)
    bar = figure.add_axes(((width - length) / 2 / width, 0.85 / height, length / width, 0.16 / height))
    shades = ScalarMappable(Normalize(-largest, largest), cmap="gray")
    scale = figure.colorbar(shades, cax=bar, orientation="horizontal")
    scale.set_ticks([-largest, 0, largest], labels=[f"−{fixed(largest, 2)}", "0", fixed(largest, 2)])
    scale.outline.set_linewidth(0.4)
    bar.tick_params(length=1.5, pad=1.5, labelsize=SMALL_PT)
    bar.set_xlabel(name, fontsize=SMALL_PT, labelpad=1)
