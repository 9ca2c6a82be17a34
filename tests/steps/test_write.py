"""The write step: a text, its pictures, and what it was written from."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from labreport.errors import CodeChangedError, ResultsError, TemplateError
from labreport.files import read_json, sums_faults
from labreport.steps.step import Job
from labreport.steps.texts import write
from tests.documents.small import write_report
from tests.steps.planned import planned

TEXT = "![x](figure:plot_0)\n\n![x](table:table_0)\n"


@pytest.fixture
def small_report(tmp_path, report_spec):
    return partial(write_report, tmp_path, report_spec)


def job(spec, form, folder: Path, **changes) -> Job:
    return planned("write", {**spec, "form": form, **changes}, folder / "key")


def test_markdown_finds_its_pictures(small_report, tmp_path):
    made = job(small_report(TEXT, figures=1), "markdown", tmp_path / "texts")
    write(made)
    (link,) = re.findall(r"\]\(([^)]+\.svg)\)", (made.out / "small.md").read_text(encoding="utf-8"))
    assert link == "small.en/plot_0.svg"
    assert (made.out / link).read_bytes() == (tmp_path / "figures" / "plot_0.svg").read_bytes()
    assert list(sums_faults(made.out)) == []
    assert read_json(made.out / "provenance.json")["date"] == "2026-01-01"
    assert {"pandoc", "jinja2"} <= read_json(made.out / "made.json").keys()
    assert read_json(made.out / "made.json")["pandoc"].startswith("pandoc")


def test_latex_finds_its_pictures_below_its_folder(small_report, tmp_path):
    made = job(small_report(TEXT, figures=1), "latex", tmp_path / "texts")
    write(made)
    (name,) = re.findall(r"includegraphics{([^}]+)}", (made.out / "small.tex").read_text(encoding="utf-8"))
    assert (made.out / name).read_bytes() == (tmp_path / "figures" / "plot_0.pdf").read_bytes()


def test_what_cannot_be_written_leaves_the_old_text(small_report, tmp_path):
    spec = small_report(TEXT, figures=1)
    made = job(spec, "latex", tmp_path / "texts")
    write(made)
    before = (made.out / "small.tex").read_bytes()
    Path(spec["figures"]["plot_0"]["path"] + ".pdf").unlink()
    with pytest.raises(ResultsError, match=r"plot_0\.pdf: no such file; build the report again to draw this figure"):
        write(made)
    with pytest.raises(TemplateError):
        write(job(small_report("{{ nothing }}"), "latex", tmp_path / "texts"))
    with pytest.raises(CodeChangedError, match="start Snakemake again"):
        write(job(small_report("x", figures=0, tables=0), "latex", tmp_path / "texts", code="0" * 16))
    assert (made.out / "small.tex").read_bytes() == before
    assert list(sums_faults(made.out)) == []


def test_a_template_that_was_edited_after_planning_is_refused(small_report, tmp_path):
    spec = small_report("As planned.", figures=0, tables=0)
    made = job(spec, "markdown", tmp_path / "texts")
    template = next(Path(path) for path in spec["files"] if path.endswith("en.md.j2"))
    template.write_text("Another text.", encoding="utf-8")
    with pytest.raises(
        CodeChangedError, match=r"en\.md\.j2: changed after this job was planned; start Snakemake again"
    ):
        write(made)
    assert not made.out.exists()


def test_what_is_included_under_a_computed_name_is_refused(small_report, tmp_path):
    (tmp_path / "templates" / "small").mkdir(parents=True)
    (tmp_path / "templates" / "small" / "part.md.j2").write_text("The part.", encoding="utf-8")
    spec = small_report('{% include "part.md.j2" %}', figures=0, tables=0)
    made = job(spec, "markdown", tmp_path / "texts")
    write(made)
    assert "The part." in (made.out / "small.md").read_text(encoding="utf-8")
    known = {path: digest for path, digest in spec["files"].items() if not path.endswith("part.md.j2")}
    with pytest.raises(TemplateError, match=r"part\.md\.j2 is included under a computed name"):
        write(job({**spec, "files": known}, "markdown", tmp_path / "texts"))


def test_writing_a_text_imports_no_statistics():
    """Which take a second to start, of the few that a changed word takes."""
    code = "import sys, labreport.steps.texts; sys.exit(bool({'scipy', 'torch', 'matplotlib'} & {*sys.modules}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
