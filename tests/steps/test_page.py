"""A section of measured results, and the page that it is put into."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event, Thread

import pytest

from labreport.documents import results_page
from labreport.errors import ResultsError
from labreport.files import write_json
from labreport.steps.texts import page, section
from tests.documents.small import write_report
from tests.steps.planned import planned


@pytest.fixture
def written(tmp_path, report_spec, monkeypatch):
    """`written(scale="demo")` -> the file of the section of a small report."""
    monkeypatch.chdir(tmp_path)

    def make(**kwargs) -> Path:
        (tmp_path / "tables" / "table_0.json").unlink(missing_ok=True)
        spec = {**write_report(tmp_path, report_spec, "", **kwargs), "page_tables": ["table_0"]}
        spec["tables"]["table_0"] = {"path": str(tmp_path / "tables" / "table_0")}
        job = planned("section", spec, tmp_path / "results" / "sections" / "small" / spec["scale"])
        section(job)
        return job.out / "section.md"

    return make


def test_a_section_is_made_and_put_into_the_page(written, tmp_path):
    path, out = written(scale="demo"), tmp_path / "docs" / "results.md"
    assert {one.name for one in path.parent.iterdir()} >= {"section.md", "spec.json", "code.json", "SHA256SUMS"}
    for _ in range(2):
        page([out, path])
        text = out.read_text(encoding="utf-8")
        assert text.startswith("# Measured results\n")
        assert text.count(f"<!-- begin small demo -->\n{path.read_text(encoding='utf-8')}<!-- end small demo -->") == 1
    assert os.listdir(tmp_path / "docs") == ["results.md"]


def test_another_scale_leaves_the_first_as_it_was(written, tmp_path):
    out = tmp_path / "results.md"
    page([out, written(scale="demo")])
    first = out.read_text(encoding="utf-8")
    page([out, written(scale="full")])
    both = out.read_text(encoding="utf-8")
    assert both.index("begin small full") < both.index("begin small demo")
    assert first[first.index("<!-- begin") :] in both


def test_a_section_that_cannot_be_written_leaves_what_was_there(written):
    path = written(scale="demo")
    before = path.read_bytes()
    with pytest.raises(ResultsError, match=r"table_0\.json"):
        written(scale="demo", tables=0)
    assert path.read_bytes() == before


def test_a_page_with_a_stray_marker_is_left_alone(written, tmp_path):
    out = tmp_path / "results.md"
    out.write_text("<!-- begin other demo -->\n", encoding="utf-8")
    with pytest.raises(ResultsError, match="has no partner"):
        page([out, written(scale="demo")])
    assert out.read_text(encoding="utf-8") == "<!-- begin other demo -->\n"


def test_two_at_once_lose_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in "ab":
        folder = tmp_path / "results" / name
        folder.mkdir(parents=True)
        (folder / "section.md").write_text(f"of {name}\n", encoding="utf-8")
        write_json(folder / "spec.json", {"report": name, "scale": "demo"})
    put, inside, second = results_page.with_section, Event(), Event()

    def slow(text: str, *section: str) -> str:
        if inside.is_set():
            second.set()
        else:
            inside.set()
            second.wait(0.5)  # without a lock the other one gets here, too, with the same old page
        return put(text, *section)

    monkeypatch.setattr(results_page, "with_section", slow)
    out = tmp_path / "results.md"
    threads = [Thread(target=page, args=([out, tmp_path / "results" / name / "section.md"],)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f"of {name}\n" in out.read_text(encoding="utf-8") for name in "ab")
