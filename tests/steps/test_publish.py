"""The publish step: a section written into a page that may hold others."""

from __future__ import annotations

import json
from functools import partial

import pytest

from labreport.errors import ResultsError
from labreport.steps import publish
from tests.documents.small import write_report


@pytest.fixture
def page_spec(tmp_path, report_spec):
    write = partial(write_report, tmp_path, report_spec)
    return lambda **kwargs: {**write("", **kwargs), "page_tables": ["table_0"]}


def run(spec, page):
    publish.main(["--spec", json.dumps(spec), "--page", str(page)])
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
