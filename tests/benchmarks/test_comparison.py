"""The table that `make bench` prints."""

from __future__ import annotations

from benchmarks.comparison import HEAD, Comparison, table


def test_table_is_markdown_with_aligned_columns():
    rows = [Comparison("first run", "90 s", "180 s allowed", 0.5, "at most 1"), Comparison("b", "1 s", "c", 12.345, "")]
    lines = table(rows).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert len({len(line) for line in lines}) == 1
    assert cells[0] == list(HEAD)
    assert {character for cell in cells[1] for character in cell} == {"-"}
    assert cells[2:] == [["first run", "90 s", "180 s allowed", "0.50", "at most 1"], ["b", "1 s", "c", "12.35", ""]]
