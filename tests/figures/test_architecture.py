"""Drawings of networks: every size and parameter is written, words apart, arcs for the shortcuts."""

from __future__ import annotations

import pytest
from matplotlib.patches import Arc

from labreport.errors import ResultsError
from labreport.figures import architecture
from labreport.figures.networks.words import count
from labreport.figures.style import house_style
from labreport.models.registry import MODELS
from tests.figures.conftest import clashes
from tests.figures.networks.cases import FULL, PARTS, SIZES


def options(name, parameters=None, **more):
    return {"target": MODELS[name], "parameters": parameters or {}, **SIZES, **more}


def test_an_unknown_part_is_an_error_that_names_the_parts():
    with pytest.raises(ResultsError, match=r"found 'layer9'; ResNetSmall has .*: layer1, layer1\.0, layer1\.1, layer2"):
        architecture.collect(None, options("resnet_small", part="layer9"))


def test_two_encoders_need_the_full_width():
    chosen = options("siamese_lstm", width="half")
    with house_style("en"), pytest.raises(ResultsError, match="two encoders need width: full"):
        architecture.draw(architecture.collect(None, chosen), chosen, "en")


@pytest.mark.parametrize(
    ("name", "more"),
    [(name, {"parameters": parameters}) for name, parameters in FULL]
    + [(name, {"part": path, "width": width}) for name, path in PARTS for width in ("full", "half")]
    + [("lenet5", {"width": "half"}), ("cnn3", {"width": "half"}), ("resnet18", {"width": "half"})],
)
def test_every_size_is_written_and_no_words_overlap(name, more):
    chosen = options(name, **more)
    frame = architecture.collect(None, chosen)
    outputs = frame["output"].iloc[[0, -1]] if "part" in more else frame["output"].iloc[:-1]
    counts = [] if "part" in more else [count(number) for number in frame["parameters"].dropna() if number]
    for lang in ("zh", "en"):
        with house_style(lang):
            figure = architecture.draw(frame, chosen, lang)
            assert not clashes(figure)
        said = " ".join(text.get_text() for text in figure.findobj(lambda one: hasattr(one, "get_text")))
        assert [word for word in (*outputs, *counts) if str(word) not in said] == []


def test_arcs_are_the_shortcuts_and_dashed_where_they_project():
    chosen = options("resnet50")
    frame = architecture.collect(None, chosen)
    with house_style("en"):
        figure = architecture.draw(frame, chosen, "en")
    arcs = [patch for patch in figure.axes[0].patches if isinstance(patch, Arc)]
    kinds = " ".join(frame["shortcuts"]).split()
    assert len(arcs) == len(kinds) == 16
    dashed = [arc.get_linestyle() not in ("-", "solid") for arc in arcs]
    assert dashed == [kind == "projection" for kind in kinds]
