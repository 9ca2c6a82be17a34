"""The write step: a document and its pictures."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest

from labreport.errors import ResultsError, TemplateError
from labreport.steps import write
from tests.documents.small import write_report
from tests.steps.planned import planned

TEXT = '{% call figure("plot_0") %}x{% endcall %}\n\n{% call table("table_0") %}x{% endcall %}\n'


@pytest.fixture
def small_report(tmp_path, report_spec):
    return partial(write_report, tmp_path, report_spec)


def run(spec, form, out):
    write.main(["--spec", planned("write", spec), "--format", form, "--out", str(out)])


def test_markdown_finds_its_pictures(small_report, tmp_path):
    out = tmp_path / "report" / "small.md"
    run(small_report(TEXT, figures=1), "markdown", out)
    (link,) = re.findall(r"\]\(([^)]+\.svg)\)", out.read_text(encoding="utf-8"))
    assert (out.parent / link).read_bytes() == (tmp_path / "figures" / "plot_0.svg").read_bytes()


def test_two_texts_keep_their_own_pictures(small_report, tmp_path):
    spec = small_report(TEXT, figures=1)
    source = Path(spec["figures"]["plot_0"]["path"] + ".svg")
    first, second = tmp_path / "report/small.md", tmp_path / "report/small.en.md"
    before = source.read_bytes()
    run({**spec, "pictures": "small"}, "markdown", first)
    source.write_text("drawn at another scale", encoding="utf-8")
    run({**spec, "pictures": "small.en"}, "markdown", second)
    assert (first.parent / "small/plot_0.svg").read_bytes() == before
    assert (second.parent / "small.en/plot_0.svg").read_bytes() == source.read_bytes()
    assert "](small.en/plot_0.svg)" in second.read_text(encoding="utf-8")


def test_latex_finds_its_pictures_below_its_folder(small_report, tmp_path):
    out = tmp_path / "typeset" / "small.tex"
    run(small_report(TEXT, figures=1), "latex", out)
    (name,) = re.findall(r"includegraphics{([^}]+)}", out.read_text(encoding="utf-8"))
    assert (out.parent / name).read_bytes() == (tmp_path / "figures" / "plot_0.pdf").read_bytes()


@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_a_mistake_leaves_the_old_document(small_report, tmp_path, form):
    out = tmp_path / "small.out"
    out.write_text("old", encoding="utf-8")
    with pytest.raises(TemplateError):
        run(small_report("{{ nothing }}"), form, out)
    assert out.read_text(encoding="utf-8") == "old"


def test_a_missing_picture_is_named(small_report, tmp_path):
    spec = small_report(TEXT, figures=1)
    Path(spec["figures"]["plot_0"]["path"] + ".pdf").unlink()
    with pytest.raises(ResultsError, match=r"plot_0\.pdf"):
        run(spec, "latex", tmp_path / "small.tex")
