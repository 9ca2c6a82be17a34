"""The rows that `make bench` measures, the table that it prints, and the page that keeps it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks import run
from benchmarks.comparison import HEAD, Comparison, NotMeasured, compare, table, turns
from benchmarks.page import heading, keep


def test_table_is_markdown_with_aligned_columns_and_tells_what_is_met() -> None:
    rows = [
        Comparison("first run", "90 s", "180 s allowed", 0.5, 1.0),
        Comparison("b", "1 s", "c", 12.345, 12.0, remark="d"),
        Comparison("e", "1 s", "c", 2.9, 3.0, at_least=True),
    ]
    lines = table(rows).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert len({len(line) for line in lines}) == 1
    assert cells[0] == list(HEAD)
    assert {character for cell in cells[1] for character in cell} == {"-"}
    assert cells[2:] == [
        ["first run", "90 s", "180 s allowed", "0.50", "at most 1.00", "yes"],
        ["b", "1 s", "c", "12.35", "at most 12.00 (d)", "no"],
        ["e", "1 s", "c", "2.90", "at least 3.00", "no"],
    ]


def test_ratio_is_the_median_of_pairs() -> None:
    """A machine that slows down for both leaves the ratio alone."""
    found = compare("x", [2.0, 20.0, 2.2], [1.0, 10.0, 1.0], "{:.0f} ms", "bare", 3.0)
    assert found.ratio == pytest.approx(2.0)
    assert (found.measured, found.compared_with) == ("2 ms", "1 ms, bare")
    assert found.remark == "pairs from 2.00 to 2.20"


def test_the_first_time_does_not_count() -> None:
    values = iter([9.0, 9.1, 9.2, 1.0, 3.0, 5.0, 2.0, 4.0, 6.0])
    assert turns(2, *[lambda: next(values)] * 3) == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


@pytest.mark.parametrize(
    ("aim", "at_least", "met"),
    [
        (1.0, True, "no"),
        (0.99, True, "undecided"),
        (0.97, True, "undecided"),
        (0.96, True, "yes"),
        (1.0, False, "yes"),
        (0.97, False, "undecided"),
        (0.96, False, "no"),
    ],
)
def test_an_aim_within_a_standard_error_of_the_median_is_neither_met_nor_missed(aim, at_least, met) -> None:
    """Quartiles of 0.96 and 1.00 make an error of 0.0166."""
    row = compare("x", [0.94, 0.96, 0.98, 1.0, 1.02], [1.0] * 5, "{:.0f}", "y", aim, at_least=at_least)
    assert row.error == pytest.approx(1.2533 * 0.04 / 1.349 / 5**0.5)
    assert (row.met, row.aim, row.remark) == (met, aim, "pairs from 0.94 to 1.02")


def test_what_is_not_measured_says_so_in_its_row() -> None:
    row = table([Comparison("a", "1 s", "c", 2.0, 1.0), NotMeasured("b", "no clock", 1.5)]).splitlines()[-1]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells == ["b", "not measured: no clock", "", "", "at least 1.50", ""]


def test_what_is_allowed() -> None:
    assert Comparison.within("x", 3.0, 4.0, "{:.1f} s") == Comparison("x", "3.0 s", "4.0 s allowed", 0.75, 1.0)


def test_the_heading_says_what_was_measured_and_on_what() -> None:
    assert re.match(r"\d{4}-\d\d-\d\d, commit \w+.*, \d+ cores, \d+ GB, .*Python 3\.\d+", heading())


def test_sections_of_a_page_are_replaced_whole_and_what_stands_outside_is_kept(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    keep(page, "startup", "1.2 s", "# Speed\n\nA remark.\n")
    keep(page, "training", "1.06", "")
    first = page.read_text()
    assert first.startswith(
        "# Speed\n\nA remark.\n\n<!-- begin startup -->\n## startup\n\n1.2 s\n<!-- end startup -->\n"
    )
    assert first.endswith("\n<!-- begin training -->\n## training\n\n1.06\n<!-- end training -->\n")
    keep(page, "startup", "3.4 s\n\nand more", "")
    assert page.read_text() == first.replace("1.2 s", "3.4 s\n\nand more")


def test_the_page_has_a_section_for_each_benchmark_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "heading", lambda: "2026-01-01, a machine")
    monkeypatch.setattr(run, "OWN_PROCESS", {"training": f"rows of {tmp_path}", "images": "others"})
    monkeypatch.setattr(run, "alone", lambda rows: table([Comparison(rows, "1 s", "2 s", 0.5, 1.0)]))
    page = tmp_path / "page.md"
    assert run.main(["--only", "training", "--page", str(page)]) == 0
    text = page.read_text()
    assert text.startswith("# Speed\n")
    assert "## training\n\n2026-01-01, a machine\n\n| what" in text
    assert f"rows of {tmp_path}" in text
    assert "images" not in text
    assert "| 0.50  |" in capsys.readouterr().out
