"""Tables as they are read, and as booktabs sets them."""

from __future__ import annotations

import json
import re

import pytest

from labreport.documents import presentation
from labreport.documents.booktabs import TEXT_WIDTH_PT, booktabs
from labreport.documents.gfm import pipe_table
from labreport.errors import ResultsError
from tests.documents.small import TABLE


@pytest.fixture
def load(tmp_path):
    def call(value):
        path = tmp_path / "table.json"
        path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return presentation.load(path)

    return call


def test_cells_are_written_with_their_columns_decimals(load):
    table = load(TABLE)
    assert table.rows == (("my_cnn", "84.4", "30"), ("ResNet|34", "9.7 ± 0.3", "20"), ("none", "–", "–"))
    assert load({**TABLE, "rows": [["x", -0.04, -3]], "bold": []}).rows == (("x", "0.0", "−3"),)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("{", "JSON"),
        ("[]", "presentation"),
        ({**TABLE, "rows": [["one"]]}, "a row has 1 cells, the table 3 columns"),
        ({**TABLE, "columns": [{**TABLE["columns"][0], "align": "middle"}]}, "middle"),
        ({"columns": []}, "rows"),
    ],
)
def test_what_is_no_table_is_refused_with_its_file(load, wrong, words):
    with pytest.raises(ResultsError, match=rf"table\.json.*{words}"):
        load(wrong)


def test_a_missing_table_says_what_to_do(tmp_path):
    with pytest.raises(ResultsError, match="build the report again"):
        presentation.load(tmp_path / "absent.json")


def test_pipe_tables_escape_their_cells(load):
    assert pipe_table(load(TABLE)).splitlines() == [
        "| Model | Accuracy (%) | Epochs |",
        "| :--- | ---: | ---: |",
        r"| my\_cnn | **84.4** | 30 |",
        r"| ResNet\|34 | 9.7 ± 0.3 | 20 |",
        "| none | – | – |",
    ]


def test_numbers_get_the_room_of_the_widest(load):
    after = booktabs(load(TABLE), "en")[1]
    assert r"\labnumber{84}{.7 ± 0.3}{\bfseries 84}{\bfseries .4}" in after
    assert r"\labnumber{84}{.7 ± 0.3}{9}{.7 ± 0.3}" in after
    assert r"my\_cnn" in after
    assert r"ResNet\textbar{}34" in after
    assert r"100 \% of \$5" in after
    assert "|" not in re.search(r"begin{tabular}{(@{}\S*?)}\\toprule", after)[1]


def test_heads_are_broken_near_their_middle_and_keep_their_units(load):
    column = {**TABLE["columns"][1], "head": "Best validation accuracy"}
    after = booktabs(load({**TABLE, "columns": [TABLE["columns"][0], column, TABLE["columns"][2]]}), "en")[1]
    assert r"\begin{tabular}[b]{@{}c@{}}Best validation\\accuracy\\(\%)\end{tabular}" in after


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("84.6", ("84", ".6")),
        ("−0.5 ± 0.1", ("−0", ".5 ± 0.1")),
        ("7", ("7", "")),
        ("1,024", ("1,024", "")),
        ("12 ± 3", ("12", " ± 3")),
        ("–", None),
        ("about 3", None),
        ("3x", None),
    ],
)
def test_numbers_split_at_the_decimal_mark(text, parts):
    assert presentation.split_number(text) == parts


def test_many_rows_break_over_pages_and_few_float(load):
    many = load({**TABLE, "rows": [["x", 1, 2]] * 40, "bold": []})
    assert "longtable" in booktabs(many, "en")[0]
    assert r"100 \% of \$5" in booktabs(many, "en")[1]
    half_page = load({**TABLE, "rows": [["x", 1, 2]] * 30, "bold": []})
    assert "footnotesize" in booktabs(half_page, "en")[1]
    assert r"\begin{table}" in booktabs(half_page, "en")[0]


def test_long_texts_are_wrapped_to_the_width_of_the_page(load):
    wide = load({**TABLE, "rows": [["word " * 60, 1, 2]], "bold": []})
    width = float(re.search(r"p{([\d.]+)pt}", booktabs(wide, "en")[1])[1])
    assert 200 < width < TEXT_WIDTH_PT
    assert "p{" not in booktabs(load(TABLE), "en")[1].split("toprule")[0]


def test_a_long_name_in_a_wrapped_column_may_break_behind_an_underscore(load):
    name = "_".join(["a_long_name"] * 9)
    wide = load({**TABLE, "rows": [[name, 1, 2]], "bold": []})
    assert booktabs(wide, "en")[1].count(r"\_\allowbreak{}") == name.count("_")
    assert r"\allowbreak" not in booktabs(load(TABLE), "en")[1]


def test_a_log_in_place_is_one_piece_or_breaks_within_itself(load):
    def placed(rows):
        return booktabs(load({**TABLE, "rows": [["x", 1, 2]] * rows, "bold": []}), "en", floating=False)

    assert placed(16)[0].startswith(r"\begin{table}[H]")
    before, after = placed(20)
    assert "longtable" in before
    ends = [line.endswith(r"\\*") for line in after.splitlines() if line.startswith("x &")]
    assert ends == [True] * 3 + [False] * 13 + [True] * 3 + [False]


def test_a_table_gets_smaller_type_before_it_is_shrunk(load):
    column = {**TABLE["columns"][2], "head": "Head"}
    sizes = []
    for count in (3, 10, 12, 14):
        table = load({"columns": [column] * count, "rows": [["1234567"] * count], "bold": [], "notes": []})
        sizes.append(re.search(r"\\labtable\\(\w+)", booktabs(table, "en")[1])[1])
    order = ["small", "footnotesize", "scriptsize"]
    assert [order.index(size) for size in sizes] == sorted(order.index(size) for size in sizes)
    assert (sizes[0], sizes[-1]) == ("small", "scriptsize")
