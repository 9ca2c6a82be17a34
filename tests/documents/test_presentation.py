"""Tables as they are read, and as booktabs sets them."""

from __future__ import annotations

import json
import re

import pytest

from labreport.documents import presentation
from labreport.documents.booktabs import booktabs
from labreport.documents.gfm import pipe_table
from labreport.documents.text import text_width
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


def test_an_experiment_may_have_a_title_that_begins_like_published_figures(load):
    column = {**TABLE["columns"][1], "key": "published twice", "of": "published twice"}
    table = load({"columns": [column, {**column, "of": None}], "rows": [[1.0, 2.0]]})
    assert [table.experiment(0, place) for place in (0, 1)] == ["published twice", ""]


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


@pytest.mark.parametrize(
    ("align", "pipe", "tex"),
    [("left", ":---", "l"), ("right", "---:", "r"), ("center", ":---:", "c"), ("decimal", "---:", "c")],
)
def test_a_column_is_aligned_as_declared(load, align, pipe, tex):
    table = load({**TABLE, "columns": [{**TABLE["columns"][0], "align": align}], "rows": [["1"]], "bold": []})
    assert pipe_table(table).splitlines()[1] == f"| {pipe} |"
    assert rf"\begin{{tabular}}{{@{{}}{tex}@{{}}}}" in booktabs(table, "en")[1]


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
    column["head"] = "Training / validation samples"
    assert load({**TABLE, "columns": [column] * 3}).columns[0].lines == ["Training /", "validation", "samples", "(%)"]


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


@pytest.mark.parametrize(
    ("rows", "floating", "begun", "size"),
    [
        (16, True, r"\begin{table}[!htbp]", "small"),
        (17, True, r"\begin{table}[!htbp]", "footnotesize"),
        (32, True, r"\begin{table}[!htbp]", "footnotesize"),
        (33, True, r"\begin{longtable}", "footnotesize"),
        (16, False, r"\begin{table}[H]", "small"),
        (17, False, r"\begin{longtable}", "footnotesize"),
    ],
)
def test_many_rows_break_over_pages_and_few_are_one_piece(load, rows, floating, begun, size):
    before, after = booktabs(load({**TABLE, "rows": [["x", 1, 2]] * rows, "bold": []}), "en", floating)
    assert begun in before
    assert rf"\labtable\{size}\begin" in before + after
    assert r"{\footnotesize Note: 100 \% of \$5\par}" in after


def test_every_page_of_a_long_table_has_its_heads(load):
    before, after = booktabs(load({**TABLE, "rows": [["x", 1, 2]] * 40, "bold": []}), "en")
    assert before.endswith(r"\labtable\footnotesize\begin{longtable}{@{}lcr@{}}" + "\n")
    heads = " & ".join(
        rf"\begin{{tabular}}[b]{{@{{}}{at}@{{}}}}{words}\end{{tabular}}"
        for at, words in (("l", "Model"), ("c", r"Accuracy\\(\%)"), ("r", "Epochs"))
    )
    assert after.startswith(rf"\\\toprule{heads}\\\midrule\endfirsthead \multicolumn{{3}}{{@{{}}l@{{}}}}{{")
    assert rf"\tablename~\thetable{{}} (continued)}}\\\toprule{heads}\\\midrule\endhead" in after
    assert "\\bottomrule\\endlastfoot\nx & \\labnumber{1}{.0}{1}{.0} & 2\\\\*\n" in after
    assert after.endswith(
        "\\end{longtable}\\par\\smallskip{\\footnotesize Note: 100 \\% of \\$5\\par}\\bigskip\\endgroup"
    )


def test_a_row_is_cells_between_rules(load):
    rows = [["[a]", "1", 2], ["b", "*", 3], ["*", "0.5", 4], ["0123", "1", 5]]
    table = load({**TABLE, "rows": rows, "bold": [[0, 0], [1, 0], [2, 1]], "notes": []})
    before, after = booktabs(table, "en", runs={"0123": "0123456789abcdef"})
    assert before == "\\begin{table}[!htbp]\n\\centering\n"
    assert after.partition(r"\midrule")[2].splitlines()[1:] == [
        r"{\bfseries [a]} & \labnumber{1}{.5}{1}{} & 2\\",
        r"{\bfseries b} & * & 3\\",
        r"{}* & \labnumber{1}{.5}{\bfseries 0}{\bfseries .5} & 4\\",
        r"\labrow{0123456789abcdef}{0123} & \labnumber{1}{.5}{1}{} & 5\\",
        r"\bottomrule\end{tabular}\end{lrbox}\labfit",
        r"\end{table}",
    ]


PAGE = 455 - 2 * 11  # points of a line of 16 cm, without what parts three columns
LETTER, EPOCHS = text_width("a"), 10 * text_width("Epochs")


@pytest.mark.parametrize(("lang", "points"), [("en", 9), ("zh", 9)])
def test_long_texts_are_wrapped_to_the_width_of_the_page(load, lang, points):
    after = booktabs(load({**TABLE, "rows": [["word " * 40, "123", 2]], "bold": []}), lang)[1]
    (width,) = re.findall(r"@{}>{\\raggedright\\arraybackslash}p{([\d.]+)pt}cr@", after)
    assert float(width) == pytest.approx(PAGE - points * text_width("AccuracyEpochs"), abs=0.06)
    assert r"\toprule\multicolumn{1}{l}{\begin{tabular}[b]{@{}l@{}}Model\end{tabular}} & \begin" in after
    assert "p{" not in booktabs(load(TABLE), lang)[1].split("toprule")[0]


@pytest.mark.parametrize(
    ("letters", "size", "widths"),
    [
        ((55, 15), "small", [None, None]),
        ((65, 15), "footnotesize", [None, None]),
        ((75, 15), "footnotesize", [PAGE - 9 * LETTER * 15 - 0.9 * EPOCHS, None]),
        (
            (100, 99),
            "footnotesize",
            [9 * LETTER * 100 / 3, PAGE - 9 * LETTER * 100 / 3 - 0.9 * EPOCHS],
        ),  # a third at least
        ((99, 100), "footnotesize", [PAGE - 9 * LETTER * 100 / 3 - 0.9 * EPOCHS, 9 * LETTER * 100 / 3]),
        ((190, 15), "footnotesize", [PAGE - 9 * LETTER * 15 - 0.9 * EPOCHS, None]),
        ((220, 15), "scriptsize", [PAGE - 8 * LETTER * 15 - 0.8 * EPOCHS, None]),
        ((400, 300), "scriptsize", [8 * LETTER * 400 / 3, 8 * LETTER * 300 / 3]),  # too wide all the same
    ],
)
def test_the_longest_texts_are_wrapped_first(load, letters, size, widths):
    columns = [*[TABLE["columns"][0]] * 2, TABLE["columns"][2]]
    table = load({**TABLE, "columns": columns, "rows": [["a" * letters[0], "a" * letters[1], 1]], "bold": []})
    after = booktabs(table, "en")[1]
    columns = after.replace(r">{\raggedright\arraybackslash}", "").partition(r"tabular}{@{}")[2].partition("r@{}}")[0]
    assert rf"\labtable\{size}\begin" in after
    found = [float(width) if width else None for width in re.findall(r"p{([\d.]+)pt}|l", columns)]
    assert found == [width and pytest.approx(width, abs=0.06) for width in widths]


@pytest.mark.parametrize(
    ("letters", "size", "head", "wrapped"),
    [
        (60, "small", r"Best validation\\epoch", False),
        (75, "footnotesize", r"Best validation\\epoch", False),
        (83, "footnotesize", r"Best\\validation\\epoch", False),
        (90, "footnotesize", r"Best\\validation\\epoch", True),
    ],
)
def test_heads_are_narrowed_before_texts_are_wrapped(load, letters, size, head, wrapped):
    columns = [TABLE["columns"][0], {**TABLE["columns"][2], "head": "Best validation epoch"}]
    after = booktabs(load({"columns": columns, "rows": [["a" * letters, 1]]}), "en")[1]
    assert rf"\labtable\{size}\begin" in after
    assert rf"{{@{{}}r@{{}}}}{head}\end" in after
    assert ("p{" in after.partition("toprule")[0]) == wrapped


@pytest.mark.parametrize(
    ("head", "cell", "lines"),
    [
        ("Learning rate", "0.001", ["Learning", "rate"]),
        ("Loss function", "cross-entropy (label smoothing)", ["Loss function"]),
        ("Training / test samples", "1", ["Training /", "test", "samples"]),
    ],
)
def test_heads_are_narrowed_as_far_as_cells_are(load, head, cell, lines):
    table = load({"columns": [{**TABLE["columns"][2], "head": head}], "rows": [[cell]]})
    assert presentation.narrow(table).columns[0].lines == lines


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


@pytest.mark.parametrize(
    ("head", "line"),
    [("原报告 准确率", "原报告准确率"), ("训练\n准确率", "训练准确率"), ("PyTorch 版本", "PyTorch 版本")],
)
def test_a_chinese_head_in_one_line_has_no_space_between_its_words(load, head, line):
    table = load({**TABLE, "columns": [{**TABLE["columns"][0], "head": head}, *TABLE["columns"][1:]]})
    assert "".join(table.columns[0].lines) == line
    assert pipe_table(table).startswith(f"| {line} |")
