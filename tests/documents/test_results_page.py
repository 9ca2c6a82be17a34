"""The page of measured results: what a section says, and what replacing one leaves alone."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from labreport.documents.results_page import HEAD, section, with_section
from labreport.errors import ResultsError
from tests.documents.small import as_similarity

SECTIONS = [("a", "full"), ("b", "full"), ("a", "lite"), ("a", "demo"), ("a", "mine")]


def page_of(sections, page=""):
    for report, scale in sections:
        page = with_section(page, report, scale, f"text of {report} {scale}\n")
    return page


@pytest.fixture
def spec(small_report):
    return {**small_report("", seeds=2, scale="lite", title="A *bold* <b>title</b>"), "page_tables": ["table_0"]}


@pytest.mark.parametrize("order", list(itertools.permutations(SECTIONS))[::17])
def test_sections_stand_in_their_order_whichever_came_first(order):
    page = page_of(order)
    assert page.startswith(HEAD)
    assert page == page_of(SECTIONS)
    places = [page.index(f"<!-- begin {report} {scale} -->") for report, scale in SECTIONS]
    assert places == sorted(places)


def test_replacing_one_leaves_everything_else_to_the_byte():
    page = "A line\r\n above.\n\n" + page_of(SECTIONS).replace(
        "<!-- end a lite -->\n", "<!-- end a lite -->\n\nmine\t\n"
    )
    page += "\n\nbelow, without an end"
    changed = with_section(page, "a", "lite", "new\n")
    assert changed == page.replace("text of a lite\n", "new\n")
    assert changed != page


def test_a_new_section_keeps_the_text_around_it():
    page = page_of([("a", "full"), ("a", "demo")]) + "\nThe end.\n"
    added = with_section(page, "a", "lite", "new\n")
    assert added.replace("<!-- begin a lite -->\nnew\n<!-- end a lite -->\n\n", "") == page
    assert with_section("Only words.\n", "a", "full", "x\n").startswith("Only words.\n\n<!-- begin a full -->\n")


@pytest.mark.parametrize("lost", ["<!-- begin a lite -->\n", "<!-- end a lite -->\n"])
def test_a_marker_without_its_partner_is_refused(lost):
    page = page_of([("a", "full"), ("a", "lite")]).replace(lost, "")
    with pytest.raises(ResultsError, match="a lite"):
        with_section(page, "a", "lite", "x\n")


def test_a_section_says_where_its_numbers_come_from(spec):
    text = section(spec)
    assert text.startswith("## A \\*bold\\* \\<b\\>title\\</b\\>: `small` at scale `lite`\n")
    for line in (
        "- Device: Test CPU",
        "- CPU threads: 2",
        "- Date: 2026-01-01",
        "- Commit: `0123456789`, `0123456789` with uncommitted changes",
        "- Command: `snakemake --cores 1 report/small.pdf --config scale=lite lang=en seeds='[3,7]'`",
        "- `close`: supported. 1\\_0 apart",
        "100 % of <span>$</span>5.",
    ):
        assert line in text.splitlines(), line
    assert "| my\\_cnn | **84.4** | 30 |" in text


@pytest.mark.parametrize(
    "outcome", [("supported", "supported"), ("refuted", "not supported"), ("undecided", "undecided")]
)
def test_a_claim_is_told_with_its_outcome(spec, tmp_path, outcome):
    path = Path(spec["claims"]["close"])
    path.write_text(
        json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"outcome": outcome[0]}), encoding="utf-8"
    )
    assert f"- `close`: {outcome[1]}. 1\\_0 apart" in section(spec).splitlines()


def test_the_notes_of_a_table_are_sentences(spec):
    path = Path(spec["tables"]["table_0"]["path"] + ".json")
    table = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**table, "notes": ["One.", "Two"]}), encoding="utf-8")
    text = section(spec)
    assert "### `table_0`\n\n| Model | Accuracy (%) | Epochs |\n" in text
    assert "| none | – | – |\n\nOne.\n\nTwo.\n\n### Claims\n\n- `close`" in text


def test_dates_and_devices_of_several_runs_are_listed_once(spec):
    for place, run in enumerate(spec["experiments"]["mycnn"]["runs"]):
        path = Path(run["path"]) / "environment.json"
        found = json.loads(path.read_text(encoding="utf-8"))
        about = {
            "device": f"GPU {place}",
            "precision": "bf16" if place else "fp32",
            "finished": f"2026-02-0{place + 1}T00:00:00Z",
            "git_commit": None,
        }
        path.write_text(json.dumps({**found, **about}), encoding="utf-8")
    lines = section(spec).splitlines()
    (devices,) = [line for line in lines if line.startswith("- Device: ")]
    assert sorted(devices.removeprefix("- Device: ").split(", ")) == ["GPU 0", "GPU 1", "Test CPU"]
    assert {"- Precision: bf16, fp32", "- Precision: fp32, bf16"} & {*lines}
    assert "- Date: 2026-01-01 to 2026-02-02" in lines
    spec["experiments"] = {"mycnn": spec["experiments"]["mycnn"]}
    assert "- Commit: not in a repository" in section(spec).splitlines()


def test_a_run_without_its_threads_is_no_failure(spec):
    for path in {Path(run["path"]) for entry in spec["experiments"].values() for run in entry["runs"]}:
        found = json.loads((path / "environment.json").read_text(encoding="utf-8"))
        del found["threads"], found["precision"]
        found["device"] = "a|b_c"
        (path / "environment.json").write_text(json.dumps(found), encoding="utf-8")
    text = section(spec)
    assert "- Precision: not recorded\n- CPU threads: not recorded\n" in text
    assert "- Device: a\\|b\\_c\n" in text


def test_runs_of_pairs_have_a_section_like_all_others(spec, tmp_path):
    images = section(spec)
    assert section(as_similarity(spec, tmp_path)) == images
    assert "- Device: Test CPU\n" in images
