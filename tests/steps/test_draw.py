"""The step that draws: what it leaves, and what it says when it cannot."""

from __future__ import annotations

import pytest

from labreport.errors import ResultsError
from labreport.files import read_json, sums_faults
from labreport.results import Results
from labreport.steps.items import draw
from tests.steps.planned import of_items

CURVES = {"experiments": ["mycnn"], "metric": "loss", "width": "half"}
BESIDE = {"index.json", "spec.json", "code.json", "made.json", "SHA256SUMS"}


@pytest.fixture
def spec(report_spec):
    return report_spec("labreport.figures.curves", CURVES, {"mycnn": {"title": "网络"}}, lang="zh")


def test_a_figure_is_six_files_and_the_same_bytes_each_time(spec, tmp_path):
    job = of_items("draw", {"loss": spec}, tmp_path)
    draw(job)
    files = {f"loss.{form}" for form in ("pdf", "svg", "png", "csv", "txt", "note")}
    assert {path.name for path in job.out.iterdir()} == files | BESIDE
    assert list(sums_faults(job.out)) == []
    assert read_json(job.out / "spec.json") == job.spec
    assert {"matplotlib", "numpy", "pandas", "python", "finished"} <= read_json(job.out / "made.json").keys()
    assert "网络" in (job.out / "loss.txt").read_text(encoding="utf-8")
    first = {name: (job.out / name).read_bytes() for name in files}
    draw(job)
    assert {name: (job.out / name).read_bytes() for name in files} == first


def test_a_figure_that_cannot_be_drawn_leaves_what_was_there(spec, tmp_path):
    job = of_items("draw", {"loss": spec}, tmp_path)
    draw(job)
    (Results(spec).runs("mycnn")[0].path / "metrics.csv").unlink()
    with pytest.raises(ResultsError, match=r"metrics\.csv: no such file"):
        draw(job)
    assert list(sums_faults(job.out)) == []
    assert [path.name for path in job.out.parent.iterdir()] == [job.key]
