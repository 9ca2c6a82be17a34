"""The publish step: a section written into a page that may hold others."""

from __future__ import annotations

import json
from functools import partial

import pytest

from labreport.errors import CodeChangedError, ResultsError
from labreport.planning import records
from labreport.planning.code import code_digest
from labreport.steps import publish
from tests.documents.small import write_report


@pytest.fixture
def page_spec(tmp_path, report_spec):
    write = partial(write_report, tmp_path, report_spec)
    code = code_digest(["labreport.steps.publish"])
    return lambda **kwargs: {**write("", **kwargs), "page_tables": ["table_0"], "code": code, "files": []}


def run(spec, page, *more):
    publish.main(["--spec", json.dumps(spec), "--page", str(page), *more])
    return page.read_text(encoding="utf-8")


def test_a_new_page_and_the_same_page_again(page_spec, tmp_path):
    page = tmp_path / "docs" / "results.md"
    first = run(page_spec(scale="demo"), page)
    assert first.startswith("# Measured results\n")
    assert first.count("<!-- begin small demo -->") == first.count("<!-- end small demo -->") == 1
    assert run(page_spec(scale="demo"), page) == first


def test_another_scale_leaves_the_first_as_it_was(page_spec, tmp_path):
    page = tmp_path / "results.md"
    first = run(page_spec(scale="demo"), page)
    both = run(page_spec(scale="full"), page)
    assert both.index("begin small full") < both.index("begin small demo")
    assert first[first.index("<!-- begin") :] in both


def test_a_missing_table_leaves_the_page_alone(page_spec, tmp_path):
    page = tmp_path / "results.md"
    page.write_text("mine\n", encoding="utf-8")
    spec = page_spec()
    (tmp_path / "tables" / "table_0.json").unlink()
    with pytest.raises(ResultsError, match=r"table_0\.json"):
        run(spec, page)
    assert page.read_text(encoding="utf-8") == "mine\n"


def test_each_section_has_a_record_of_its_own(page_spec, tmp_path):
    page, folder = tmp_path / "results.md", tmp_path / "records"
    for scale in ("demo", "full"):
        text = run(page_spec(scale=scale), page, "--records", str(folder))
    for scale in ("demo", "full"):
        record = records.load(folder / f"small.{scale}.json")
        assert record["spec"]["scale"] == scale
        assert list(record["outputs"]) == [str(page)]
        assert record["facts"]["begin"] == f"<!-- begin small {scale} -->"
        assert record["facts"] == publish.section_facts(publish.sections(text)["small", scale])


def test_a_section_that_cannot_be_written_leaves_the_record_of_the_one_that_is_there(page_spec, tmp_path):
    page, folder = tmp_path / "results.md", tmp_path / "records"
    spec = page_spec()
    run(spec, page, "--records", str(folder))
    (tmp_path / "tables" / "table_0.json").unlink()
    with pytest.raises(ResultsError):
        run(spec, page, "--records", str(folder))
    assert records.load(folder / "small.demo.json")


def test_code_that_was_edited_after_planning_records_nothing(page_spec, tmp_path):
    page, folder = tmp_path / "results.md", tmp_path / "records"
    with pytest.raises(CodeChangedError):
        run({**page_spec(), "code": "0" * 16}, page, "--records", str(folder))
    assert not page.exists()
