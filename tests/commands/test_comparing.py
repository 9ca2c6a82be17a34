"""Where two files differ, in words."""

from __future__ import annotations

import pytest

from labreport.commands.comparing import SHOWN, file_differences

CASES = [
    ("a.csv", "x,y\n1,2\n", "x,y\n1,2\n", []),
    ("a.csv", "x,y\n1,2\n3,4\n", "x,y\n1,2\n3,5\n", ["row 2, y: found 4, expected 5"]),
    ("a.csv", "x,y\n1,\n", "x,y\n1,5\n", ["row 1, y: found an empty text, expected 5"]),
    ("a.csv", "x\n1\n", "x\n1\n2\n", ["rows: found 1, expected 2"]),
    ("a.csv", "x\n1\n", "z\n1\n", ["columns: found x, expected z"]),
    ("a.csv", "x,y\n1\n", "x,y\n1,2\n", ["row 1, y: found nothing, expected 2"]),
    ("a.csv", "", "x\n", ["columns: found an empty text, expected x"]),
    ("a.csv", "x\r\n1\r\n", "x\n1\n", ["found other bytes than expected, such as ends of lines"]),
    ("a.json", '{"a": {"b": [1, 2]}}', '{"a": {"b": [1, 3]}}', ["a.b[1]: found 2, expected 3"]),
    ("a.json", '{"a": 1}', '{"a": true}', ["a: found 1, expected true"]),
    ("a.json", '{"a": 1}', '{"a": 1, "c": "d"}', ["c: found nothing, expected d"]),
    ("a.json", '{"a": [1]}', '{"a": [1, 2]}', ["a: found [1], expected [1, 2]"]),
    ("a.json", '{"a"', '{"a": 1}', ["is no JSON"]),
    ("a.md", "one\ntwo\n", "one\n2\n", ["line 2: found two, expected 2"]),
    ("a.md", "one\n", "one\ntwo\n", ["line 2: found nothing, expected two"]),
]


@pytest.mark.parametrize(("name", "found", "expected", "places"), CASES)
def test_places_are_named_with_both_values(tmp_path, name, found, expected, places):
    for folder, text in (("found", found), ("expected", expected)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(text.encode())
    assert file_differences(tmp_path / "found" / name, tmp_path / "expected" / name) == places


def test_many_places_are_counted(tmp_path):
    (tmp_path / "a.md").write_text("x\n" * 20)
    (tmp_path / "b.md").write_text("y\n" * 20)
    places = file_differences(tmp_path / "a.md", tmp_path / "b.md")
    assert len(places) == SHOWN + 1
    assert places[-1] == f"and {20 - SHOWN} more places"


def test_long_lines_are_shown_where_they_part(tmp_path):
    (tmp_path / "a.md").write_text("word " * 100 + "84.1 %" + " word" * 100)
    (tmp_path / "b.md").write_text("word " * 100 + "84.2 %" + " word" * 100)
    (place,) = file_differences(tmp_path / "a.md", tmp_path / "b.md")
    assert "84.1 %" in place
    assert "84.2 %" in place
    assert len(place) < 200


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_what_cannot_be_read_is_said(tmp_path, content):
    (tmp_path / "b.csv").write_text("x\n")
    if content:
        (tmp_path / "a.csv").write_bytes(content)
    (place,) = file_differences(tmp_path / "a.csv", tmp_path / "b.csv")
    assert place in {"found other bytes than expected", "cannot be read (No such file or directory)"}
