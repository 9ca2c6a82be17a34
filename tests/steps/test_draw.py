"""The step that draws: files, what is drawn, and what it says when it cannot."""

from __future__ import annotations

import pandas as pd
import pytest

from labreport.errors import run_step
from labreport.figures import curves
from labreport.results import Results
from labreport.steps import draw
from tests.steps.planned import planned

CURVES = {"experiments": ["mycnn"], "metric": "loss", "width": "half"}


@pytest.fixture
def spec(report_spec):
    return report_spec("labreport.figures.curves", CURVES, {"mycnn": {}}, lang="zh")


def run(spec, out):
    return run_step(draw.main, ["--spec", planned("draw", spec), "--out", str(out)])


def test_five_files_and_nothing_else(spec, tmp_path):
    assert run(spec, tmp_path / "zh" / "loss") == 0
    assert {path.name for path in (tmp_path / "zh").iterdir()} == {
        f"loss.{s}" for s in ("pdf", "svg", "png", "csv", "txt")
    }
    assert "mycnn" in (tmp_path / "zh" / "loss.txt").read_text(encoding="utf-8")


def test_the_csv_is_what_is_drawn(spec, tmp_path):
    run(spec, tmp_path / "loss")
    read = draw.read_back(tmp_path / "loss.csv")
    pd.testing.assert_frame_equal(read, curves.collect(Results(spec), CURVES), check_dtype=False)


def test_a_picture_is_drawn_from_the_csv_not_from_the_runs(spec, tmp_path, monkeypatch):
    drawn = []
    real = draw.read_back
    monkeypatch.setattr(draw, "read_back", lambda path: drawn.append(path) or real(path).assign(experiment="renamed"))
    run(spec, tmp_path / "loss")
    assert drawn == [tmp_path / "loss.csv"]
    assert "renamed" in (tmp_path / "loss.txt").read_text(encoding="utf-8")


def test_names_that_look_like_numbers_stay_names(tmp_path):
    (tmp_path / "a.csv").write_text("experiment,value\n007,1.5\nNA,\n")
    frame = draw.read_back(tmp_path / "a.csv")
    assert list(frame["experiment"]) == ["007", "NA"]
    assert frame["value"].isna().tolist() == [False, True]


def test_drawing_twice_gives_the_same_bytes(spec, tmp_path):
    run(spec, tmp_path / "one")
    run(spec, tmp_path / "two")
    for suffix in ("pdf", "svg", "png", "csv", "txt"):
        assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()


@pytest.mark.parametrize("target", ["os", "labreport.steps.train", "labreport.figures.nothing"])
def test_only_kinds_of_figures_are_imported(target, spec, tmp_path, capsys):
    assert run({**spec, "target": target}, tmp_path / "x") == 1
    assert f"{target!r} is none of the kinds; allowed: labreport.figures.curves" in capsys.readouterr().err
    assert not list(tmp_path.glob("x*"))


def test_a_missing_file_is_one_message(spec, tmp_path, capsys):
    (Results(spec).runs("mycnn")[0].path / "metrics.csv").unlink()
    assert run(spec, tmp_path / "x") == 1
    error = capsys.readouterr().err
    assert "metrics.csv: no such file" in error
    assert "Traceback" not in error
