"""The Word file that a report is: whole, native, numbered by Word, the same bytes every time."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from labreport.documents.document import render
from labreport.documents.text import text_width
from tests.documents.conftest import STATE
from tests.documents.small import ROOT, TABLE
from tests.documents.test_document import CODE, TEXT, WORKS
from tests.documents.test_every_form import outline

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def word(document):
    return lambda text=TEXT, lang="en", works="", **kwargs: document("docx", text, lang, works, **kwargs).data


@pytest.fixture
def word_table(small_report, tmp_path):
    """`word_table(rows)` -> the body of a Word file that shows a table of them."""

    def make(rows, columns=TABLE["columns"], notes=TABLE["notes"]):
        spec = {**small_report("![T.](table:table_0)", scale="full", figures=0), "form": "docx"}
        table = {**TABLE, "columns": columns, "rows": rows, "bold": [], "notes": notes}
        (tmp_path / "tables" / "table_0.json").write_text(json.dumps(table), encoding="utf-8")
        return parts(render(Path(spec["template"]), "docx", "en", spec, STATE).data)["word/document.xml"]

    return make


def parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        names = [name for name in file.namelist() if name.endswith((".xml", ".rels"))]
        found = {name: file.read(name).decode() for name in names}
    for name, text in found.items():
        apart = [one for node in ElementTree.fromstring(text).iter() if (one := (node.tail or "").strip())]
        assert apart == [], f"{name}: text between elements"
    return found


def words(xml: str) -> str:
    return "".join(node.text or "" for node in ElementTree.fromstring(xml).iter(f"{W}t"))


@pytest.mark.parametrize("text", [TEXT, CODE])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_fields_and_links_lead_to_bookmarks_that_are_there_once(word, text, lang):
    body = parts(word(text, lang, WORKS))["word/document.xml"]
    names = re.findall(r'<w:bookmarkStart [^>]*w:name="([^"]+)"', body)
    places = re.findall(r'<w:bookmarkStart w:id="(\d+)"', body)
    assert sorted(names) == sorted(set(names))
    assert sorted(places) == sorted(set(places))
    assert all(len(name) <= 40 for name in names)
    assert set(re.findall(r" REF (\S+) ", body)) <= set(names)
    assert set(re.findall(r'w:anchor="([^"]+)"', body)) <= set(names)


def test_names_that_word_cannot_tell_apart_become_others(word):
    names = ("a-b", "a_b", "A_b", "a.b")
    body = parts(word("".join(f"$$x$$ {{#eq:{one}}}\n\nSee @eq:{one}.\n\n" for one in names)))["word/document.xml"]
    found = {one.lower() for one in re.findall(r" REF (\S+) ", body)}
    assert len(found) == len(names)
    assert found == {one.lower() for one in re.findall(r'<w:bookmarkStart [^>]*w:name="([^"]+)"', body)}


def test_captions_are_words_own_and_counted_by_word(word):
    body = parts(word())["word/document.xml"]
    assert body.count(" SEQ Figure ") == 1
    assert body.count(" SEQ Table ") == 1
    assert 'w:val="ImageCaption"' in body
    assert 'w:val="TableCaption"' in body
    assert " REF fig_plot_1 " in body
    assert "See Figure\u00a01(b) and Table\u00a01, later" in words(body)
    assert " SEQ 图 " in parts(word(lang="zh"))["word/document.xml"]


def test_that_a_report_is_no_result_stands_in_a_style_of_its_own(word):
    body = parts(word(scale="demo"))["word/document.xml"]
    notices = re.findall(r'<w:pStyle w:val="Notice" ?/>.*?</w:p>', body, re.DOTALL)
    assert len(notices) == 1
    assert "Demo scale" in notices[0]


@pytest.mark.parametrize(("scale", "mark"), [("demo", "demo scale"), ("full", "")])
def test_every_page_says_whose_it_is_and_that_it_is_no_result(word, scale, mark):
    found = parts(word(scale=scale, title="A <title>"))
    reference = re.search(r'<w:headerReference[^>]*r:id="(\w+)"', found["word/document.xml"])[1]
    target = re.search(rf'Id="{reference}"[^>]*Target="([^"]+)"', found["word/_rels/document.xml.rels"])
    assert words(found[f"word/{target[1]}"]) == f"A <title>{mark}"


def test_a_table_is_native_with_a_head_that_is_repeated(word):
    body = parts(word("![T.](table:table_0)"))["word/document.xml"]
    assert body.count("<w:tbl>") == 1
    assert '<w:tblStyle w:val="ThreeRules" />' in body
    assert '<w:jc w:val="center"/>' in body
    assert "<w:tblHeader" in body
    columns = [int(width) for width in re.findall(r'<w:gridCol w:w="(\d+)"', body)]
    assert len(columns) == 3
    assert len(set(columns)) > 1
    assert "Note: 100 % of $5" in words(body)


PAGE = 7920  # of the widths that pandoc gives to columns, what is as wide as the text


def columns(body):
    return [int(width) for width in re.findall(r'<w:gridCol w:w="(\d+)"', body)]


def room(text):
    """What a line takes of the page: letters of 9.4 points, margins of 9."""
    return PAGE * (9.4 * text_width(text) + 9) / 453.6


def test_a_column_is_as_wide_as_its_longest_line(word_table):
    found = columns(word_table([["word word word", 84.44, 30], ["x", "9.7 ± 0.3", 20]]))
    assert found == pytest.approx([room("word word word"), room("9.7 ± 0.3"), room("Epochs")], abs=1)


def test_lines_are_broken_between_words_where_a_table_is_wider_than_the_page(word_table):
    texts = [{**TABLE["columns"][0], "head": head} for head in ("A", "B")]
    shown = ["a" * 30, "word " * 14 + "word", "c" * 12 + " d" * 9]
    rest = room("a" * 30)
    natural, least = ([room(text) for text in lines] for lines in (shown[1:], ("word", "c" * 12)))
    found = columns(word_table([shown], [texts[0], *texts]))
    assert found[0] == pytest.approx(rest, abs=1)  # has no place to be broken
    assert sum(found) == pytest.approx(PAGE, abs=3)
    given = [(wide - now) / (wide - narrow) for wide, now, narrow in zip(natural, found[1:], least, strict=True)]
    assert given[0] == pytest.approx(given[1], abs=0.01)  # each gives up the same part of what it can


def test_no_line_is_broken_where_a_table_may_just_fit(word_table):
    texts = [{**TABLE["columns"][0], "head": head} for head in ("A", "B")]
    found = columns(word_table([["a" * 60, "b" * 27 + " b"]], texts))
    wanted = [room("a" * 60), room("b" * 27 + " b")]
    assert PAGE < sum(wanted) < 1.05 * PAGE
    assert found == pytest.approx([PAGE * one / sum(wanted) for one in wanted], abs=1)


def test_words_are_parted_where_nothing_else_fits(word_table):
    texts = [{**TABLE["columns"][0], "head": head} for head in ("A", "B")]
    found = columns(word_table([["a" * 80, "b" * 40 + " b"]], texts))
    assert found == pytest.approx(
        [PAGE * room(one) / (room("a" * 80) + room("b" * 40)) for one in ("a" * 80, "b" * 40)], abs=1
    )


@pytest.mark.parametrize(
    ("rows", "notes", "kept"), [(18, ["A note."], 19), (18, [], 18), (19, ["A note."], 1), (19, [], 0)]
)
def test_no_page_break_parts_a_short_table_or_its_notes(word_table, rows, notes, kept):
    body = word_table([["x", 1, 2]] * rows, notes=notes)
    assert body.count('<w:pStyle w:val="TableTextKept" />') == 3 * kept
    assert body.count('<w:pStyle w:val="TableText" />') == 3 * (rows + 1 - kept)


def test_equations_are_words_own_with_a_number(word):
    body = parts(word("See @eq:e:\n\n$$E = mc^2$$ {#eq:e}\n\nand $a$, then\n$$b$$\nand so on."))["word/document.xml"]
    assert body.count("<m:oMath>") == 3
    assert " SEQ Equation " in body
    assert words(body).count("(1)") == 2
    assert '<w:tblStyle w:val="Borderless" />' in body


def test_pictures_have_alternative_texts(word):
    data = word()
    body = parts(data)["word/document.xml"]
    assert 'descr="Line of plot_0: up [and] $down"' in body
    assert "data:image" not in body
    assert body.count('<wp:inline distT="0" distB="0" distL="0" distR="0">') == body.count("<wp:inline") > 0
    assert len([name for name in zipfile.ZipFile(io.BytesIO(data)).namelist() if name.startswith("word/media/")]) >= 1


def test_the_properties_say_who_wrote_what_in_which_language_and_when(word):
    found = parts(word(lang="zh", title="A <title>", authors=["One & two", "Three"]))
    core = found["docProps/core.xml"]
    assert "<dc:title>A &lt;title&gt;</dc:title>" in core
    assert "<dc:creator>One &amp; two; Three</dc:creator>" in core
    assert "zh-CN" in core
    assert core.count("2026-01-02T00:00:00Z") == 2


def test_the_same_report_has_the_same_bytes(word):
    assert word() == word()


def test_what_is_to_be_kept_in_mind_comes_first(word):
    body = words(parts(word(scale="demo"))["word/document.xml"])
    assert body.index("Demo scale:") < body.index("Start")


@pytest.mark.parametrize(("lang", "size"), [("en", 22), ("zh", 21)])
def test_it_has_every_style_and_numbers_its_pages(word, lang, size):
    found = parts(word(lang=lang))
    styles = ElementTree.fromstring(found["word/styles.xml"])
    known = {style.get(f"{W}styleId") for style in styles.iter(f"{W}style")}
    given = (ROOT / "templates/docx/styles.xml.j2").read_text(encoding="utf-8")
    assert {*re.findall(r'w:styleId="(\w+)"', given)} <= known
    fonts = styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}rFonts")
    assert fonts.get(f"{W}eastAsia") == "SimSun"
    assert styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}sz").get(f"{W}val") == str(size)
    foot = re.sub(r'<w:fldSimple w:instr=" (\w+) ">.*?</w:fldSimple>', r"{\1}", found["word/footer1.xml"])
    assert (
        re.sub("<.*?>", "", foot.partition("<w:p>")[2])
        == f"2026-01-02 · {'commit' if lang == 'en' else '提交'} abc1234{{PAGE}} / {{NUMPAGES}}"
    )
    assert "<w:footerReference" in found["word/document.xml"]


@pytest.mark.parametrize(
    ("lang", "date"),
    [
        ("en", "A & B · C\nNo_: 1\nBy: 2\n2026-01-02 · commit abc1234"),
        ("zh", "A & B · C\nNo_：1\nBy：2\n2026-01-02 · 提交 abc1234"),
    ],
)
def test_the_title_page_has_all_that_is_declared(word, lang, date):
    told = {"subtitle": "Sub_title", "affiliation": "A & B", "course": "C", "fields": {"No_": "1", "By": "2"}}
    body = ElementTree.fromstring(
        parts(word("x", lang, scale="full", title="T", authors=["One", "Two"], **told))["word/document.xml"]
    )
    title, subtitle, *authors, shown, _ = outline(body[0])
    assert (title, subtitle, authors) == ("Title: T", "Subtitle: Sub_title", ["Author: One", "Author: Two"])
    assert shown == f"Date: {date}"
    short = list(outline(ElementTree.fromstring(parts(word("x", lang, scale="full"))["word/document.xml"])[0]))
    assert [line.partition(":")[0] for line in short] == ["Title", "Author", "Date", "FirstParagraph"]


def test_pages_are_a4_and_the_footer_is_part_of_the_file(word):
    found = parts(word("x"))
    page = re.search(r"<w:sectPr>.*</w:sectPr>", found["word/document.xml"], re.DOTALL)[0]
    for told in ('r:id="rIdFooter" w:type="default"', 'w:h="16838" w:w="11906"', 'w:bottom="1417" w:footer="708"'):
        assert told in page
    (footer,) = re.findall("<Relationship [^>]*rIdFooter[^>]*>", found["word/_rels/document.xml.rels"])
    assert 'Target="footer1.xml"' in footer
    assert 'relationships/footer"' in footer
    assert 'PartName="/word/footer1.xml"' in found["[Content_Types].xml"]
    assert "wordprocessingml.footer+xml" in found["[Content_Types].xml"]
    assert 'w:val="Footer"' in found["word/footer1.xml"]


def test_every_style_looks_as_the_template_says(word):
    styles = ElementTree.fromstring(parts(word("x"))["word/styles.xml"])
    known = {style.get(f"{W}styleId"): style for style in styles.iter(f"{W}style")}
    given = (ROOT / "templates/docx/styles.xml.j2").read_text(encoding="utf-8")
    told = re.findall(r'<w:style[^>]* w:styleId="(\w+)">(.*?)</w:style>', given, re.DOTALL)
    sizes = {name: size[1] for name, words in told if (size := re.search(r'<w:sz w:val="(\d+)"', words))}
    assert len(sizes) > 10
    assert {name: known[name].find(f"{W}rPr/{W}sz").get(f"{W}val") for name in sizes} == sizes
    room = {name: one[1] for name, words in told if (one := re.search(r'<w:spacing[^>]* w:after="(\d+)"', words))}
    assert {name: known[name].find(f"{W}pPr/{W}spacing").get(f"{W}after") for name in room} == room


def test_code_and_algorithms_keep_their_lines(word):
    body = parts(word(CODE, works=WORKS))["word/document.xml"]
    assert body.count('w:val="AlgorithmKept"') == 4
    assert body.count('w:val="Algorithm"') == 1
    assert 'w:val="SourceCode"' in body
    assert re.search(" REF lst_Literal___init___[0-9a-f]{8} ", body)


def test_what_is_no_character_of_xml_is_left_out(word):
    body = parts(word("a\u0007b\uffffc", title="A\uffff title\ufffe"))["word/document.xml"]
    assert "A title" in words(body)
    assert "abc" in words(body)
