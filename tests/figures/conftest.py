"""Results that hold whatever a kind of figure may ask for."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.text import Text

from labreport.claims.verdict import file_of
from labreport.figures.registry import KINDS
from labreport.files import write_json
from labreport.loading import load_module
from labreport.models.registry import MODELS
from labreport.results import Results
from tests.conftest import CIFAR10, samples_of
from tests.fabricated import LONGTAIL, add_images, add_pairs

IMAGES = {"mycnn": {"epochs": 8, "best": 0.7}, "resnet34": {"epochs": 6, "best": 0.8}, "myresnet34": {"epochs": 6}}
PAIRS = ("sts_a", "sts_b")


def options(kind: str, experiments: Any = None) -> dict[str, Any]:
    """Options that a declaration of `kind` could hold; those with default values are left out, as planning does."""
    names = list(IMAGES if experiments is None else experiments)
    if kind == "scatter":
        names = list(PAIRS)
    values = {
        "experiments": names[:1] if KINDS[kind].single else names,
        "metric": {"curves": "accuracy"}.get(kind, "val_accuracy"),
        "measurement": "lstm_cost",
        "dataset": "cifar10_longtail",
        "functions": ["relu", "celu"],
        "model": {},
        "setting": "learning_rate",
        "count": 5,
        "claims": list(CLAIMS),
    }
    chosen = {key: values[key] for key in KINDS[kind].fields if key in values}
    if "model" in chosen:
        del chosen["model"], chosen["dataset"]
        chosen |= {"target": MODELS["resnet_small"], "parameters": {}}
    return chosen


def clashes(figure: Figure) -> list[str]:
    """Pairs of words in a figure that overlap, and words that reach beyond its edge."""
    figure.draw_without_rendering()
    hidden = [label for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for label in _outside(axis)]
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    texts = [text for text in texts if all(text is not label for label in hidden)]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    edge = figure.bbox.padded(1)
    beyond = [
        word for word, box in boxes if not (edge.x0 <= box.x0 and box.x1 <= edge.x1 and edge.y0 <= box.y0 <= edge.y1)
    ]
    inner = [(word, box.padded(-1)) for word, box in boxes]
    pairs = itertools.combinations(inner, 2)
    return beyond + [f"{one} / {other}" for (one, here), (other, there) in pairs if here.overlaps(there)]


def whiskers(axes: Axes) -> dict[float, tuple[float, float]]:
    """Height -> left and right end of the horizontal whiskers in a figure."""
    found = {}
    for one in axes.containers:
        if isinstance(one, ErrorbarContainer) and one.has_xerr:
            for (left, height), (right, _) in one.lines[2][0].get_segments():
                found[round(float(height), 6)] = (float(left), float(right))
    return found


def dots(axes: Axes) -> dict[float, dict[str, Any]]:
    """Height -> what stands there in a figure of rows: `dot` and its `fill`, `whisker` (ends), `faint` (values)."""
    found: dict[float, dict[str, Any]] = {}
    for one in axes.containers:
        if isinstance(one, ErrorbarContainer):
            line = one.lines[0]
            height = round(float(line.get_ydata()[0]), 6)
            found[height] = {"dot": float(line.get_xdata()[0]), "fill": line.get_markerfacecolor()}
    for height, ends in whiskers(axes).items():
        found[height]["whisker"] = ends
    for line in axes.lines:
        if line.get_alpha() is not None:
            found[round(float(line.get_ydata()[0]), 6)]["faint"] = list(map(float, line.get_xdata()))
    return found


def _outside(axis: Axis) -> Iterator[Text]:
    """Labels of ticks beyond the axis' limits: matplotlib has them but does not draw them."""
    low, high = sorted(axis.get_view_interval())
    for tick in axis.get_major_ticks():
        if not low <= tick.get_loc() <= high:
            yield from (tick.label1, tick.label2)


CLAIMS: dict[str, dict[str, Any]] = {
    "better": {"kind": "difference", "quantity": "val_accuracy", "experiments": ["resnet34"], "than": "mycnn"},
    "alike": {"kind": "equivalence", "quantity": "val_accuracy", "experiments": ["myresnet34", "mycnn"], "within": 1},
    "sooner": {"kind": "difference", "quantity": "convergence_epoch", "experiments": ["resnet34"], "than": "mycnn"},
    "dearer": {"kind": "ratio", "of": "resnet34", "over": "mycnn", "at_most": 2},
}


def judged(spec: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Claims about the runs of a spec, judged: name -> file."""
    for name, claim in CLAIMS.items():
        options = {key: value for key, value in claim.items() if key != "kind"}
        about = {**spec, "name": name, "kind": claim["kind"], "options": options}
        write_json(folder / f"{name}.json", file_of(load_module(f"labreport.claims.{claim['kind']}", "kind"), about))
    return {name: str(folder / f"{name}.json") for name in CLAIMS}


@pytest.fixture
def results(report_spec, cost_folder, tmp_path) -> Callable[..., Results]:
    """`results("curves", experiments={...}, seeds=2)`: runs of classes and of pairs, data, filters, a measurement."""

    def make(kind: str = "curves", *, experiments: Any = None, seeds: int = 1, **more: Any) -> Results:
        chosen = options(kind, experiments)
        spec = report_spec(KINDS[kind].target, chosen, experiments or IMAGES, seeds=seeds, **more)
        spec["measurements"] = {"lstm_cost": str(cost_folder)}
        for name in PAIRS:
            add_pairs(spec, tmp_path, name, seeds=seeds)
        add_images(spec, tmp_path, "cifar10_longtail", list(CIFAR10), LONGTAIL)
        add_images(spec, tmp_path, "cifar10", list(CIFAR10))
        tested = np.repeat(np.arange(10, dtype=np.uint8), [samples_of(place) for place in range(10)])
        np.save(Path(spec["data"]["cifar10"], "test_labels.npy"), tested)
        drawn = np.random.default_rng(0).integers(0, 256, (len(tested), 3, 8, 8), dtype=np.uint8)
        np.save(Path(spec["data"]["cifar10"], "test_inputs.npy"), drawn)
        if kind == "forest":
            spec["claims"] = judged(spec, tmp_path / "claims")
        for place, entry in enumerate(spec["experiments"].values()):
            entry["settings"] = {"learning_rate": 0.001 * 4**place}
        made = Results(spec)
        for run in made.runs(next(iter(experiments or IMAGES))):
            weights = np.random.default_rng(run.seed).normal(0, 0.1, (6, 3, 5, 4)).astype(np.float32)
            np.save(run.path / "filters.npy", weights)
        return made

    return make
