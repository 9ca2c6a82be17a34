"""Every kind of figure: what it collects, draws and says, from fabricated runs."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text
from sklearn.metrics import confusion_matrix

from labreport.errors import ResultsError
from labreport.figures import (
    comparison_curves,
    confusion,
    curves,
    final_accuracy,
    lstm_cell,
    lstm_cost,
    picture,
    scatter,
)
from labreport.figures.labels import label
from labreport.figures.picture import METADATA, files_of, told
from labreport.figures.registry import KINDS
from labreport.figures.style import COLOURS, WIDTH_CM, house_style
from labreport.loading import load_module
from labreport.results import Results
from labreport.rounding import fixed
from tests.conftest import SEEDS
from tests.figures.conftest import IMAGES, clashes, dots, options, whiskers

SIGNATURE = {"pdf": b"%PDF", "svg": b"<?xml", "png": b"\x89PNG"}


def module_of(kind):
    return load_module(KINDS[kind].target, kind)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_makes_numbers_words_and_pictures(kind, lang, results, monkeypatch):
    forms = SIGNATURE if lang == "en" else {"svg": SIGNATURE["svg"]}  # other forms add time and nothing of a language
    monkeypatch.setattr(picture, "METADATA", {form: METADATA[form] for form in forms})
    files = files_of(module_of(kind), results(kind, lang=lang).spec)
    assert set(files) == {"csv", "txt", "note", *forms}
    for form, start in forms.items():
        assert files[form].startswith(start)
    assert b"<text" not in files["svg"], "text must be paths, or it renders with another machine's fonts"
    words = files["txt"].decode()
    assert len(words) > 20
    assert "nan" not in words
    assert bool(re.search("[\u4e00-\u9fff]", words)) == (lang == "zh")


@pytest.mark.parametrize("kind", ["comparison_curves", "lstm_cell", "architecture", "sample_grid"])
def test_the_same_runs_give_the_same_bytes(kind, results):
    spec = results(kind).spec
    assert files_of(module_of(kind), spec) == files_of(module_of(kind), spec)


def test_what_is_drawn_is_read_back_from_the_numbers_that_are_written(results):
    made = results("curves")
    frame, chosen, files = told(curves, made.spec)
    pd.testing.assert_frame_equal(frame, curves.collect(made, chosen), check_dtype=False)
    assert files["csv"] == frame.to_csv(index=False)
    assert files["txt"] == curves.describe(frame, chosen, "en") + "\n"


@pytest.mark.parametrize("title", ["007", "NA"])
def test_titles_that_look_like_numbers_or_nothing_stay_titles(title, results):
    frame, _, _ = told(curves, results("curves", experiments={"mycnn": {"title": title}}).spec)
    assert set(frame["experiment"]) == {title}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if "experiments" in kind.fields])
def test_experiments_go_by_their_titles(kind, lang, results):
    titles = {"zh": "基线（小）", "en": "Base line, small"}
    spec = results(kind, lang=lang).spec
    named = spec["options"]["experiments"][0]
    spec["experiments"][named]["title"] = titles
    frame, chosen, files = told(module_of(kind), spec)
    by_name = kind != "against"  # which shows settings in their place
    assert all(titles[lang] in files[one] for one in ("csv", "txt")[: 1 + by_name])
    assert named not in re.findall(r"\w+", files["csv"] + files["txt"])
    with house_style(lang):
        figure = module_of(kind).draw(frame, chosen, lang)
    drawn = {text.get_text() for text in figure.findobj(Text)}
    assert named not in drawn
    assert KINDS[kind].single or not by_name or any(titles[lang] in text for text in drawn)


@pytest.mark.parametrize("width", WIDTH_CM)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "lstm_cell"])
def test_printed_width_and_words_apart(kind, width, results):
    module, chosen = module_of(kind), {**options(kind), "width": width}
    with house_style("en"):
        figure = module.draw(module.collect(results(kind), chosen), chosen, "en")
        assert figure.get_figwidth() * 2.54 == pytest.approx(WIDTH_CM[width])
        assert not clashes(figure)


def test_curves_hold_every_seed_of_every_split(results):
    made = results(seeds=3)
    frame = curves.collect(made, options("curves")).query("source == 'measured'")
    for split in ("train", "val"):
        raw = made.metrics("mycnn").pivot(index="epoch", columns="seed", values=f"{split}_accuracy")
        found = frame[frame["split"] == split].pivot(index="epoch", columns="seed", values="value")
        np.testing.assert_array_equal(found.to_numpy(), raw.to_numpy())
        assert list(found.columns) == list(SEEDS)


@pytest.mark.parametrize(("scale", "there"), [("full", True), ("lite", True), ("demo", False)])
@pytest.mark.parametrize("kind", ["curves", "comparison_curves", "final_accuracy"])
def test_published_values_stand_only_beside_real_data(kind, scale, there, results):
    frame = module_of(kind).collect(results(kind, scale=scale), options(kind))
    assert ("published" in set(frame["source"])) == there


@pytest.mark.parametrize("kind", ["curves", "comparison_curves", "accuracy_time"])
def test_a_line_lies_on_its_mean_its_band_is_one_deviation_wide_and_every_seed_is_seen(kind, results):
    made, chosen = results(kind, seeds=3, curves=False), options(kind, {"mycnn": {}})
    metrics = made.metrics("mycnn")
    metrics["seconds"] = metrics.groupby("seed")["seconds"].cumsum()
    raw = 100 * metrics.pivot(index="epoch", columns="seed", values="val_accuracy")
    time = metrics.pivot(index="epoch", columns="seed", values="seconds" if kind == "accuracy_time" else "epoch")
    with house_style("en"):
        (axes,) = module_of(kind).draw(module_of(kind).collect(made, chosen), chosen, "en").axes
    *faint, mean = [line for line in axes.lines if len(line.get_xdata()) == 8][-4:]  # of curves, those of validation
    for seed, line in zip(SEEDS, faint, strict=True):
        np.testing.assert_allclose(line.get_ydata(), raw[seed])
        np.testing.assert_allclose(line.get_xdata(), time[seed])
        assert line.get_linewidth() < mean.get_linewidth() / 2
        assert line.get_alpha() <= 0.5
        assert line.get_color() == mean.get_color()
    np.testing.assert_allclose(mean.get_ydata(), raw.mean(axis=1))
    np.testing.assert_allclose(mean.get_xdata(), time.mean(axis=1))
    band = axes.collections[-1]
    corners = pd.DataFrame(band.get_paths()[0].vertices, columns=["x", "edge"]).groupby("x")["edge"]
    np.testing.assert_allclose(corners.min(), raw.mean(axis=1) - raw.std(axis=1, ddof=1))
    np.testing.assert_allclose(corners.max(), raw.mean(axis=1) + raw.std(axis=1, ddof=1))
    (name,) = [text for text in axes.texts if text.get_text() == ("validation" if kind == "curves" else "mycnn")]
    assert name.xy == pytest.approx((time.mean(axis=1).iloc[-1], raw.mean(axis=1).iloc[-1]))


@pytest.mark.parametrize(
    ("seeds", "lang", "words"),
    [
        (1, "en", ""),
        (3, "en", "mean and standard deviation of 3 seeds, single seeds faint"),
        (2, "zh", "均值与标准差（2 个种子），浅色为单个种子"),
    ],
)
def test_what_bands_are_is_said_with_the_number_of_seeds(seeds, lang, words, results):
    files = told(curves, results("curves", seeds=seeds, lang=lang).spec)[2]
    assert files["note"] == words
    assert files["txt"].lower().rstrip("\n.。").endswith(words)


def test_experiments_of_different_numbers_of_seeds_say_both(results):
    spec = results("comparison_curves", seeds=3).spec
    del spec["experiments"]["resnet34"]["runs"][1:]
    assert "of 1 to 3 seeds" in told(comparison_curves, spec)[2]["note"]


def test_pairs_that_are_pooled_over_seeds_are_no_means(results):
    assert told(scatter, results("scatter", seeds=2).spec)[2]["note"] == ""


def test_a_published_curve_ends_where_the_measured_ones_do(results):
    made = results()
    for epochs in (4, 8, 40):
        published = pd.DataFrame({"epoch": range(3, epochs + 1), "val_accuracy": 0.5}).assign(
            train_loss=1.0, train_accuracy=0.5, val_loss=1.0
        )
        published.to_csv(made.spec["experiments"]["mycnn"]["curve"], index=False)
        frame = curves.collect(made, options("curves")).query("source == 'published' and split == 'val'")
        assert list(frame["epoch"]) == list(range(3, min(epochs, 8) + 1))


def test_published_curves_reach_as_far_as_the_longest_measured_one(results):
    made = results("comparison_curves")
    made.spec["experiments"]["resnet34"]["curve"] = made.spec["experiments"]["mycnn"]["curve"]
    frame = comparison_curves.collect(made, options("comparison_curves"))
    ends = frame[frame["experiment"] == "resnet34"].groupby("source")["epoch"].max()
    assert ends.to_dict() == {"measured": 6, "published": 8}


def test_no_published_curve_is_no_error(results):
    frame = curves.collect(results(curves=False), options("curves"))
    assert set(frame["source"]) == {"measured"}


def test_ours_is_solid_and_published_dashed_in_the_same_colour(results):
    frame = comparison_curves.collect(results(), options("comparison_curves"))
    with house_style("en"):
        figure = comparison_curves.draw(frame, options("comparison_curves"), "en")
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) > 1]
    solid = {to_hex(line.get_color()) for line in lines if line.get_linestyle() == "-"}
    dashed = {to_hex(line.get_color()) for line in lines if line.get_linestyle() == "--"}
    assert solid == dashed == {colour.lower() for colour in COLOURS[:3]}
    markers = [line.get_marker() for line in lines if line.get_linestyle() == "-"]
    assert len(set(markers)) == 3, "colours alone are lost in a grey print"
    shown = {round(float(value), 6) for line in lines for value in line.get_ydata()}
    assert shown == {round(100 * value, 6) for value in frame["value"]}


def test_axes_hold_percent_and_whole_epochs(results):
    frame = curves.collect(results(), options("curves"))
    with house_style("en"):
        (axes,) = curves.draw(frame, options("curves"), "en").axes
    assert axes.get_ylim()[1] <= 100
    assert axes.get_ylim()[1] >= 100 * frame["value"].max()
    ticks = axes.get_xticks()
    assert len(ticks) >= 2
    assert all(tick == int(tick) and 1 <= tick <= 8 for tick in ticks)
    assert "%" in axes.get_ylabel()


def test_alt_texts_tell_both_ends_and_the_best_epoch(results):
    made = results()
    frame = curves.collect(made, options("curves"))
    metrics = made.metrics("mycnn")
    val = metrics["val_accuracy"]
    words = curves.describe(frame, options("curves"), "en")
    for name, split in (("training", "train"), ("validation", "val")):
        first, last = (fixed(100 * metrics[f"{split}_accuracy"].iloc[place], 1) for place in (0, -1))
        assert f"{name} from {first} % to {last} %" in words
    together = comparison_curves.collect(made, options("comparison_curves"))
    said = comparison_curves.describe(together.iloc[::-1], options("comparison_curves"), "en")
    for name in IMAGES:
        last = made.metrics(name).iloc[-1]
        assert f"{name} ends epoch {last['epoch']:.0f} at {fixed(100 * last['val_accuracy'], 1)} %" in said
    assert f"{100 * val.max():.1f} %, is at epoch {val.argmax() + 1}." in words
    losses = {**options("curves"), "metric": "loss"}
    words = curves.describe(curves.collect(made, losses), losses, "en")
    lowest = made.metrics("mycnn")["val_loss"]
    assert f"{lowest.min():.2f}, is at epoch {lowest.argmin() + 1}." in words


def test_final_accuracy_is_the_last_epochs_of_every_seed(results):
    made = results(seeds=2)
    frame = final_accuracy.collect(made, options("final_accuracy"))
    for name in IMAGES:
        ours = frame[(frame["experiment"] == name) & (frame["source"] == "measured")].set_index("seed")["value"]
        last = made.metrics(name).groupby("seed")["val_accuracy"].last()
        assert ours.to_dict() == last.to_dict()
        theirs = frame[(frame["experiment"] == name) & (frame["source"] == "published")]
        assert list(theirs["value"]) == [0.8442]
        assert theirs["seed"].isna().all()
    assert set(frame["chance"]) == {0.1}


MANY = {f"{letter}_longtailed": {"epochs": 4, "best": 0.3 + 0.08 * i} for i, letter in enumerate("abcdefgh")}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", WIDTH_CM)
@pytest.mark.parametrize("count", [2, 8])
def test_dots_of_accuracy_stand_where_their_values_are(count, width, lang, results):
    names = list(MANY)[:count]
    made = results("final_accuracy", experiments={name: MANY[name] for name in names}, seeds=2)
    made.spec["experiments"][names[1]]["published"] = {}
    frame = final_accuracy.collect(made, {"experiments": names})
    with house_style(lang):
        figure = final_accuracy.draw(frame, {"experiments": names, "width": width}, lang)
        assert not clashes(figure)
    (axes,) = figure.axes
    rows = dict(zip((text.get_text() for text in axes.get_yticklabels()), axes.get_yticks(), strict=True))
    assert list(rows) == names
    assert sorted(rows.values(), reverse=True) == list(rows.values()), "the first experiment stands on top"
    shown = dots(axes)
    for name, middle in rows.items():
        last = 100 * made.metrics(name).groupby("seed")["val_accuracy"].last()
        apart = 0.0 if name == names[1] else 0.2
        found = shown[round(middle + apart, 6)]
        assert found["dot"] == pytest.approx(last.mean())
        assert found["whisker"] == pytest.approx((last.mean() - last.std(), last.mean() + last.std()))
        assert sorted(found["faint"]) == pytest.approx(sorted(last))
        assert fixed(last.mean(), 1) in {text.get_text() for text in axes.texts}
        if apart:
            assert shown[round(middle - apart, 6)]["dot"] == pytest.approx(84.42)
            assert shown[round(middle - apart, 6)]["fill"] == "white", "an open mark is told from a full one in grey"
    low, high = axes.get_xlim()
    values = [end for one in shown.values() for end in (one["dot"], *one.get("whisker", ()))]
    assert low <= min(values) < max(values) <= high
    assert high - low < 1.5 * (max(values) - min(values)) + 2, "differences of half a point are to be seen"
    assert len(shown) == 2 * count - 1


@pytest.mark.parametrize(("classes", "seen"), [({}, True), ({"classes": ("negative", "positive")}, False)])
def test_chance_is_marked_where_it_is_one_for_all(classes, seen, results):
    two = {"m": {"best": 0.1}, "n": {"best": 0.12, **classes}}
    frame = final_accuracy.collect(results("final_accuracy", experiments=two), {"experiments": list(two)})
    with house_style("en"):
        (axes,) = final_accuracy.draw(frame, {"experiments": list(two)}, "en").axes
    assert ("chance" in [text.get_text() for text in axes.texts]) == seen
    assert ([10.0, 10.0] in [list(line.get_xdata()) for line in axes.lines]) == seen


def test_confusion_shares_are_those_of_scikit_learn(results):
    made = results(seeds=2)
    frame = confusion.collect(made, options("confusion"))
    counts = made.confusion("mycnn")
    expected = confusion_matrix(
        counts["true"],
        counts["predicted"],
        sample_weight=counts["count"],
        normalize="true",
        labels=frame["true"].unique(),
    )
    found = frame.pivot(index="true", columns="predicted", values="share")
    names = list(frame["true"].unique())
    np.testing.assert_allclose(found.loc[names, names], expected)
    with house_style("en"):
        (axes,) = confusion.draw(frame, options("confusion"), "en").axes
    np.testing.assert_allclose(axes.images[0].get_array(), expected)
    written = {text.get_position(): text.get_text() for text in axes.texts}
    shares = {(column, row): fixed(100 * expected[row, column], 0) for row in range(10) for column in range(10)}
    assert written == {place: share for place, share in shares.items() if share != "0"}
    assert (axes.get_xlabel(), axes.get_ylabel()) == (label("predicted", "en"), label("true", "en"))


def test_alt_text_of_a_confusion_matrix_names_its_extremes(results):
    made = results()
    rows = [
        ("cat", "cat", 14),
        ("cat", "dog", 1),
        ("cat", "car", 1),
        ("dog", "dog", 9),
        ("dog", "cat", 1),
        ("dog", "car", 0),
    ]
    rows += [("car", "car", 5), ("car", "cat", 5), ("car", "dog", 0)]
    lines = [",".join(map(str, row)) for row in [("true", "predicted", "count"), *rows]]
    (made.runs("mycnn")[0].path / "confusion.csv").write_text("\n".join(lines))
    frame = confusion.collect(made, options("confusion"))
    with house_style("en"):
        (axes,) = confusion.draw(frame, {**options("confusion"), "width": "full"}, "en").axes
    assert {text.get_text() for text in axes.texts} >= {"87.5", "6.3", "90.0"}
    words = confusion.describe(frame, options("confusion"), "en")
    assert "Best recognised: dog (90%); worst: car (50%)" in words
    assert "most frequent confusion: car taken for cat (50%)" in words


def test_shades_get_darker_evenly():
    grey = [np.dot(to_rgb(confusion.SHADES(x)), (0.2126, 0.7152, 0.0722)) for x in np.linspace(0, 1, 50)]
    assert (np.diff(grey) < 0).all()


def test_a_class_without_samples_is_named(results):
    made = results()
    path = made.runs("mycnn")[0].path / "confusion.csv"
    counts = pd.read_csv(path)
    counts.loc[counts["true"] == "cat", "count"] = 0
    counts.to_csv(path, index=False)
    with pytest.raises(ResultsError, match="mycnn has no validation sample of cat"):
        confusion.collect(made, options("confusion"))


def test_lstm_cost_draws_the_medians(results):
    frame = lstm_cost.collect(results("lstm_cost"), options("lstm_cost"))
    with house_style("en"):
        (axes,) = lstm_cost.draw(frame, {"width": "half"}, "en").axes
    assert [bar.get_width() for bar in axes.patches] == [163.5, 41.25]
    assert whiskers(axes) == {1.0: (160.0, 171.0), 0.0: (40.0, 43.0)}
    texts = [text.get_text() for text in axes.texts]
    assert "31 operations/step" in texts
    assert "164 ms" in texts
    assert "4.0 times" in lstm_cost.describe(frame, {}, "en")
    with house_style("en"):
        (axes,) = lstm_cost.draw(frame.assign(implementation=["own_shared", "own"]), {}, "en").axes
    assert [name.get_text() for name in axes.get_yticklabels()] == ["own\n(shared product)", "own"]


def test_lstm_cell_holds_the_equations():
    """f, i, o are sigmoid gates; c = f c + i tanh; h = o tanh(c): three products, one sum, two tanh."""
    frame = lstm_cell.collect(Results({}), {})
    labels = frame["label"].value_counts()
    assert (labels[r"$\sigma$"], labels[r"$\tanh$"], labels[r"$\times$"], labels["$+$"]) == (3, 2, 3, 1)
    symbols = {"$f_t$", "$i_t$", "$o_t$", r"$\tilde{c}_t$", r"$c_{t-1}$", "$c_t$", r"$h_{t-1}$", "$h_t$", "$x_t$"}
    assert symbols <= set(labels.index)


def test_lstm_cell_wires_end_at_something():
    frame = lstm_cell.collect(Results({}), {})
    nodes = frame[frame["kind"].isin(["gate", "operation", "function", "text"])][["x", "y"]].to_numpy()
    wires = frame[frame["kind"].isin(["line", "arrow"])]
    starts = wires[["x", "y"]].to_numpy()
    for wire in wires.to_dict("records"):
        end = np.array([wire["x_end"], wire["y_end"]])
        near = np.abs(nodes - end).max(axis=1).min() < 0.6
        met = (np.abs(starts - end).max(axis=1) < 1e-9).any()
        level = wires[(wires["y"] == end[1]) & (wires["y_end"] == end[1])]
        on_line = ((level["x"] <= end[0]) & (end[0] <= level["x_end"])).any()
        assert near or met or on_line, wire["node"]
