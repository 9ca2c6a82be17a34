"""Drawings of networks: every size and parameter is written, words and boxes apart, arcs for the shortcuts."""

from __future__ import annotations

import itertools
import sys
from types import ModuleType

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Arc, Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.text import Text

from labreport.errors import ResultsError
from labreport.figures import architecture
from labreport.figures.networks.nodes import name as named
from labreport.figures.networks.rows import parameter_count
from labreport.figures.shapes import ROUND_CM, canvas, path
from labreport.figures.style import WIDTH_CM, house_style
from labreport.files import read_json, write_json
from labreport.models.registry import MODELS
from tests.fabricated import add_sentences
from tests.figures.conftest import clashes
from tests.figures.networks import cases
from tests.figures.networks.cases import FULL, PARTS, SIZES

PAGE_CM = 24.7  # height of the text of an A4 page
OWN = "labreport.models.own_of_a_test"


@pytest.fixture(autouse=True)
def own_models(monkeypatch):
    module = ModuleType(OWN)
    for model in (cases.Odd, cases.Deep, cases.Texts):
        setattr(module, model.__name__, model)
    monkeypatch.setitem(sys.modules, OWN, module)


def options(name, parameters=None, **more):
    target = MODELS.get(name, f"{OWN}:{name}")
    return {"target": target, "parameters": parameters or {}, **SIZES, **more}


def drawn(chosen, lang="en"):
    frame = architecture.collect(None, chosen)
    with house_style(lang):
        figure = architecture.draw(frame, chosen, lang)
        figure.draw_without_rendering()
        found = clashes(figure)
    return frame, figure, found


def boxes(figure):
    """Extents of boxes (of a stage the front one) and circles, in centimetres."""
    patches = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyBboxPatch | Circle)]
    found = [patch.get_window_extent().transformed(figure.dpi_scale_trans.inverted()) for patch in patches]
    return [box for box, after in itertools.zip_longest(found, found[1:]) if after is None or not close(box, after)]


def close(box, after):
    """Whether `after` is the front of the stage that `box` is behind."""
    return abs(box.x0 - after.x0) < 0.05 and abs(box.y0 - after.y0) < 0.05


def test_an_unknown_part_is_an_error_that_names_the_parts():
    with pytest.raises(ResultsError, match=r"found 'layer9'; ResNetSmall has .*: layer1, layer1\.0, layer1\.1, layer2"):
        architecture.collect(None, options("resnet_small", part="layer9"))


@pytest.mark.parametrize(
    ("name", "more"),
    [(name, {"parameters": parameters}) for name, parameters in FULL]
    + [(name, {"part": path, "width": width}) for name, path in PARTS for width in ("full", "half")]
    + [(name, {"width": "half"}) for name in ("lenet5", "cnn3", "resnet18", "siamese_lstm")]
    + [("resnet50", {"part": "layer1"}), ("Odd", {}), ("Odd", {"part": "mix"}), ("Odd", {"width": "half"})]
    + [("Deep", {}), ("Texts", {}), ("Texts", {"part": "blocks.1"})],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_size_and_number_is_written_and_nothing_overlaps(name, more, lang):
    frame, figure, found = drawn(options(name, **more), lang)
    assert not found
    assert figure.get_figwidth() * 2.54 == pytest.approx(WIDTH_CM[more.get("width", "full")])
    for one, other in itertools.combinations(boxes(figure), 2):
        assert not one.overlaps(other)
    texts = [text for text in figure.findobj(Text) if text.get_text()]
    assert {7 <= text.get_fontsize() <= 9 for text in texts} == {True}
    said = " ".join(text.get_text() for text in texts)
    main = frame[(frame["branch"] == 0) & (frame["kind"] != "similarity")]
    outputs = main["output"] if "part" not in more else main["output"].iloc[:-2]
    numbers = [f"{number:,}" for number in frame["parameters"].dropna() if number]
    assert [word for word in (*outputs, *numbers) if str(word) not in said] == []


@pytest.mark.parametrize(("name", "parameters"), FULL)
def test_a_network_of_the_package_takes_at_most_a_third_of_a_page(name, parameters):
    _, figure, _ = drawn(options(name, parameters))
    assert figure.get_figheight() * 2.54 <= PAGE_CM / 3


def test_a_stage_has_an_arc_for_each_shortcut_dashed_where_it_projects():
    frame, figure, _ = drawn(options("resnet50"))
    arcs = [patch for patch in figure.axes[0].patches if isinstance(patch, Arc)]
    kinds = " ".join(frame["shortcuts"]).split()
    assert len(arcs) == len(kinds) == 16
    dashed = [arc.get_linestyle() not in ("-", "solid") for arc in arcs]
    assert dashed == [kind == "projection" for kind in kinds]
    assert "× 6" in [text.get_text() for text in figure.findobj(Text)]


@pytest.mark.parametrize(("name", "path", "aside"), [(*PARTS[0], 0), (*PARTS[1], 1), (*PARTS[2], 0), (*PARTS[3], 1)])
def test_a_shortcut_leads_over_what_it_passes_and_ends_at_its_sum(name, path, aside):
    _, figure, _ = drawn(options(name, part=path))
    patches = figure.axes[0].patches
    (circle,) = [patch for patch in patches if isinstance(patch, Circle)]
    lines = [patch.get_path().vertices for patch in patches if isinstance(patch, FancyArrowPatch)]
    (arc,) = [line for line in lines if len(line) > 10 and line[:, 1].max() > circle.center[1] + 1]
    said = [text.get_text() for text in figure.findobj(Text)]
    assert (named("identity", "en") in said) == (not aside)
    fronts = [patch for patch in patches if isinstance(patch, FancyBboxPatch)]
    over = [box for box in fronts if box.get_y() > circle.center[1]]
    assert len(over) == aside, "the layers of the shortcut stand on it"
    assert arc[:, 0].min() < min(box.get_x() for box in fronts)
    assert abs(arc[:, 0] - circle.center[0]).min() < 0.1


def test_two_sentences_go_through_two_lanes_that_share_their_weights():
    _, figure, _ = drawn(options("siamese_lstm", {"layer_norm": True, "pooling": "max"}))
    said = [text.get_text() for text in figure.findobj(Text)]
    assert {"sentence A", "sentence B", "$a$", "$b$", "shared weights"} <= set(said)
    assert said.count("9 time steps") == said.count("bidirectional LSTM") == 2
    assert said.count("similarity") == 1
    assert said.count("256") == 1, "what is shared is counted once"
    rows = {round(box.y0, 3) for box in boxes(figure)}
    assert len(rows) == 3, "two lanes and the similarity between them"
    dashed = [one for one in figure.axes[0].patches if isinstance(one, FancyArrowPatch) and one.get_linestyle() != "-"]
    assert len(dashed) == 2 * 3, "from both sides for each of three layers with parameters"


def test_where_two_lanes_do_not_fit_one_says_that_it_is_for_both():
    _, figure, _ = drawn(options("siamese_lstm", width="half"))
    said = [text.get_text() for text in figure.findobj(Text)]
    assert said.count("sentence A") == said.count("sentence B") == said.count("bidirectional LSTM") == 1


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("rnn_rows", {}, ["32 time steps", "RNN", "2 layers of 512 units", "reads 96 numbers a step"]),
        ("lstm", {"layers": 8}, ["9 time steps", "LSTM", "8 layers of 256 units"]),
        ("residual_lstm", {}, ["9 time steps", "8 layers of 256 units", "a shortcut round each layer"]),
    ],
)
def test_recurrent_layers_say_how_long_and_how_deep_they_are(name, parameters, words):
    _, figure, _ = drawn(options(name, parameters))
    assert set(words) <= {text.get_text() for text in figure.findobj(Text)}


def test_words_stand_out_from_every_fill_in_a_grey_print():
    _, figure, _ = drawn(options("resnet18"))
    fills = {box.get_facecolor()[:3] for box in figure.axes[0].patches if isinstance(box, FancyBboxPatch)}
    inks = {to_rgb(text.get_color()) for text in figure.findobj(Text) if text.get_text()}
    luminance = [[sum(w * (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4)
                  for w, c in zip((0.2126, 0.7152, 0.0722), colour, strict=True)) for colour in colours]
                 for colours in (fills, inks)]  # fmt: skip
    assert min((fill + 0.05) / (ink + 0.05) for fill in luminance[0] for ink in luminance[1]) >= 3.5
    assert len(fills) >= 4


@pytest.mark.parametrize("channels", [1, 3])
def test_a_network_is_drawn_with_the_images_and_classes_of_its_data(results, channels):
    made = results("sample_grid")
    np.save(made.data_folder("cifar10_longtail") / "train_inputs.npy", np.zeros((200, channels, 28, 28), np.uint8))
    about = made.data_folder("cifar10_longtail") / "dataset.json"
    write_json(about, {**read_json(about), "classes": ["disc", "cross", "triangle"]})
    frame = architecture.collect(made, {"target": f"{OWN}:Odd", "parameters": {}, "dataset": "cifar10_longtail"})
    assert (frame["output"].iloc[0], frame["output"].iloc[-1]) == (f"{channels}×28×28", "3")
    assert frame["parameters"].sum() == parameter_count(cases.Odd(3, channels))


def test_a_network_of_texts_is_drawn_with_the_length_of_its_data(results, tmp_path):
    made = results("sample_grid")
    add_sentences(made.spec, tmp_path)
    chosen = {"target": MODELS["siamese_lstm"], "parameters": {}, "dataset": "stsb"}
    assert (
        architecture.collect(made, chosen)["output"].iloc[0]
        == architecture.collect(None, options("siamese_lstm", length=7))["output"].iloc[0]
    )


def test_the_alternative_text_goes_through_everything_in_order():
    chosen = options("resnet_small", part="layer2.0")
    frame = architecture.collect(None, chosen)
    said = architecture.describe(frame, chosen, "en")
    assert "conv. 3×3 stride 2 + BN + ReLU (32×16×16)" in said
    assert "on the shortcut conv. 1×1 stride 2 + BN (32×16×16), sum with the shortcut (32×16×16), ReLU" in said
    assert f"{frame['parameters'].sum():,} parameters" in said
    twice = options("siamese_lstm", {"pooling": "max"})
    assert "两个句子经过同一编码器" in architecture.describe(architecture.collect(None, twice), twice, "zh")


def test_a_line_turns_round_its_corners():
    """From so far before to so far behind; of a short way, each of its corners takes one half."""
    with house_style("en"):
        _, axes = canvas(6.0, 6.0)
        path(axes, [(1.0, 1.0), (4.0, 1.0), (4.0, 1.2), (5.0, 1.2)], head=False)
    (line,) = axes.patches
    corners = [(4 - ROUND_CM, 1), (4, 1), (4, 1.1), (4, 1.1), (4, 1.2), (4 + ROUND_CM, 1.2)]
    assert line.get_path().vertices[1:-1] == pytest.approx(np.array(corners), abs=1e-6)
