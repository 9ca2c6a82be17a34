"""Real TeX: whole documents in both languages, strings that attack it, and sources that it refuses."""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from functools import partial

import pypdf
import pytest
from matplotlib.figure import Figure
from pypdf.generic import ContentStream

from labreport.documents.handing_in import FORMS, archive
from labreport.documents.listings import excerpt
from labreport.documents.typeset import command
from labreport.errors import TypesettingError
from labreport.figures.style import house_style
from labreport.files import read_json, sums_faults, write_json
from labreport.steps.documents import typeset
from labreport.steps.texts import write
from tests.documents.small import write_report
from tests.documents.test_document import CODE, TEXT, WORKS
from tests.documents.test_text import HOSTILE
from tests.steps.planned import planned

MINIMAL = "\\documentclass{article}\n\\begin{document}\n%s\n\\end{document}\n"


@pytest.fixture
def small_report(tmp_path, report_spec):
    return partial(write_report, tmp_path, report_spec)


def pdf_of(text, results, name="small"):
    """Typeset the text in a folder; the job, whose PDF lies under `results`."""
    job = planned("typeset", {"text": text.name}, results / "documents" / "x.en" / "key", text, file=f"{name}.pdf")
    typeset(job)
    return job.out / f"{name}.pdf"


def make(spec, results):
    """Write and typeset `spec`; the text of the PDF's pages and its metadata."""
    text = planned("write", {**spec, "form": "latex"}, results / "texts" / "key")
    write(text)
    reader = pypdf.PdfReader(pdf_of(text.out, results))
    return [page.extract_text() for page in reader.pages], reader.metadata


def source(folder, body):
    """A folder with a source that is given as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "small.tex").write_text(MINIMAL % body, encoding="utf-8")
    return folder


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_strings_are_typeset_as_they_are(small_report, tmp_path, monkeypatch, capsys, lang):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    monkeypatch.delenv("FORCE_SOURCE_DATE", raising=False)
    everything = " ".join(HOSTILE)
    declared = {
        "title": everything,
        "subtitle": "100 % 图",
        "authors": ["王_a", "B & C"],
        "affiliation": "#1",
        "course": "$x$",
    }
    spec = small_report(TEXT + "\n\n{{ report.title }}\n", lang=lang, **declared)
    table = json.loads((tmp_path / "tables" / "table_0.json").read_text(encoding="utf-8"))
    table["rows"] = [[text, 1.5, 2] for text in HOSTILE]
    (tmp_path / "tables" / "table_0.json").write_text(json.dumps(table), encoding="utf-8")
    pages, metadata = make(spec, tmp_path / "a")
    text = "".join("".join(pages).split())
    for piece in (r"\input{/etc/passwd}", "100%_of_$5$", "U+1F680", "_a", "B&C", '---dashes..."quotes"', "<script>"):
        assert piece in text, piece
    assert "??" not in text
    assert "root:" not in text
    assert "🚀" in metadata.title
    assert metadata.author == "王_a, B & C"
    assert "1970-01-02" in text
    if lang == "en":  # a reader without Adobe's character maps cannot read Chinese back
        assert all("demo scale" in page for page in pages)
    (warning,) = [line for line in capsys.readouterr().err.splitlines() if "warning" in line]
    assert "no font has 🚀, printed as [U+1F680]" in warning


def test_tex_keeps_its_own_files_and_makes_the_same_bytes_as_from_scratch(small_report, tmp_path):
    again, scratch = tmp_path / "again", tmp_path / "scratch"
    make(small_report("# Old {#sec:old}\n\nSee @sec:old.\n\n" + TEXT), again)
    work = again / "typeset" / "x.en"
    assert (work / "small.aux").is_file()
    assert (work / "figures" / "plot_1.pdf").is_file()
    few = "![x](figure:plot_0)"
    for results in (again, scratch):
        make(small_report(f"# More\n\n{few}\n\n# Start {{#sec:start}}\n\n", figures=1, tables=0), results)
    made = [results / "documents" / "x.en" / "key" for results in (again, scratch)]
    assert (made[0] / "small.pdf").read_bytes() == (made[1] / "small.pdf").read_bytes()
    assert not (work / "figures" / "plot_1.pdf").exists()
    assert {path.name for path in made[0].iterdir()} == {
        "small.pdf",
        "spec.json",
        "code.json",
        "made.json",
        "SHA256SUMS",
    }
    assert list(sums_faults(made[0])) == []
    assert "TeX" in read_json(made[0] / "made.json")["tex"]


CLASS = "\\ProvidesClass{thesis}\n\\LoadClassWithOptions{article}\n\\RequirePackage[margin=4cm]{geometry}\n"
SHELL = """\\BLOCK{extends "latex/report.tex.j2"}
\\BLOCK{block preamble}\\usepackage{own}\\BLOCK{endblock}
\\BLOCK{block title}\\begin{center}\\ownmark\\end{center}\\BLOCK{endblock}
"""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_report_with_its_own_class_shell_and_cover_compiles_alone(small_report, tmp_path, monkeypatch, lang):
    """In TeX's folder and, in Chinese, as the archive holds it."""
    monkeypatch.chdir(tmp_path)
    spec = small_report(TEXT, lang=lang, fields={"Number": "12345"}, title="Own")
    folder = tmp_path / "templates" / "small"
    files = {"thesis.cls": CLASS, "own.sty": "\\newcommand{\\ownmark}{Marked}\n", "report.tex.j2": SHELL}
    files["cover.md.j2"] = (
        "# Cover\n\n---\n\n{% for name, text in report.fields.items() %}{{ name }} {{ text }}{% endfor %}\n"
    )
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    names = {name: str(folder / name) for name in files}
    latex = {"shell": "templates/small/report.tex.j2", "class": "thesis", "options": ["12pt"]}
    latex["files"] = [names["thesis.cls"], names["own.sty"]]
    known = {str(folder / name): "0" * 16 for name in files}
    spec = {**spec, "cover": names["cover.md.j2"], "latex": latex, "files": {**spec["files"], **known}}
    text = planned("write", {**spec, "form": "latex"}, tmp_path / "a" / "texts" / "key")
    write(text)
    made = alone(text.out, tmp_path, lang) if lang == "zh" else pdf_of(text.out, tmp_path / "a")
    pages = [page.extract_text() for page in pypdf.PdfReader(made).pages]
    assert "12345" in pages[0]
    assert "Marked" not in pages[0]
    assert "Marked" in pages[1]


def alone(text, folder, lang):
    """The PDF that TeX makes of what is handed in, in a folder of its own."""
    parts = {form: str(folder / "empty") for form in (*FORMS, "figures", "tables")}
    (folder / "empty").mkdir()
    for about in ("spec.json", "provenance.json"):
        write_json(folder / "empty" / about, {})
    packed = archive(
        {"report": "small", "lang": lang, "title": "Own", "parts": {**parts, "latex": str(text)}, "runs": []}
    )
    zipfile.ZipFile(io.BytesIO(packed)).extractall(folder / "out")
    work = folder / "out" / "small"
    subprocess.run(command("latexmk", "small.tex"), cwd=work, check=True, capture_output=True)
    return work / "small.pdf"


def test_a_class_that_is_gone_is_not_found_where_tex_worked_before(tmp_path):
    text = source(tmp_path / "text", "x")
    (text / "own.sty").write_text("\\newcommand{\\own}{Own}", encoding="utf-8")
    pdf_of(source(text, "\\makeatletter\\input{own.sty}\\own"), tmp_path)
    (text / "own.sty").unlink()
    with pytest.raises(TypesettingError, match=r"own\.sty"):
        pdf_of(text, tmp_path)


NUMBERS = """# A *heading* of {{ mycnn.val_accuracy }}

Ours ends at {{ mycnn.val_accuracy }}, the other is {{ resnet34.val_accuracy - mycnn.val_accuracy }} away.

![A caption of {{ resnet34.val_accuracy }}.](figure:plot_0)

# One *two*
"""
ALT = r"Bars, 84.6 % of {x} [and] \$_^~ 图 “y”"


def with_numbers(small_report, folder, lang, tables, **about):
    """The PDF of `NUMBERS` with tables, whose rows are of its two runs, and the runs' destinations in it."""
    shown = "".join(f"![Runs.](table:table_{index})\n\n" for index in range(tables))
    spec = small_report(f"{NUMBERS}\n{shown}", lang=lang, figures=1, tables=tables, scale="full", **about)
    keys = {name: entry["runs"][0]["key"] for name, entry in spec["experiments"].items()}
    for index in range(tables):
        path = folder / "tables" / f"table_{index}.json"
        table = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(
            json.dumps({**table, "rows": [[f"{key[:8]}*", 1, 2] for key in keys.values()]}), encoding="utf-8"
        )
    with house_style(lang):
        figure = Figure(figsize=(7.8 / 2.54, 2))
        figure.text(0.5, 0.5, "图 $x$ Words")
        figure.savefig(folder / "figures" / "plot_0.pdf")
    (folder / "figures" / "plot_0.txt").write_text(ALT, encoding="utf-8")
    text = planned("write", {**spec, "form": "latex"}, folder / "texts" / "key")
    write(text)
    return pypdf.PdfReader(pdf_of(text.out, folder)), [f"run.{keys[name]}" for name in ("mycnn", "resnet34")]


def destinations(reader):
    """Where the runs are, and where numbers lead."""
    links = [one.get_object() for page in reader.pages for one in page.get("/Annots", [])]
    assert all(link["/Border"] == [0, 0, 0] for link in links)
    led = [str(link["/A"]["/D"] if "/A" in link else link["/Dest"]) for link in links]
    assert "labrun" not in "".join(str(entry.title) for entry in reader.outline)
    return [{*filter(is_run, reader.named_destinations)}, [*filter(is_run, led)]]


def is_run(name):
    return name.startswith("run.")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_numbers_lead_to_their_runs_and_a_pdf_says_what_it_is_and_has_every_font(small_report, tmp_path, capsys, lang):
    about = {"title": "Own & 图", "subtitle": "A sub_title"}
    reader, (mine, other) = with_numbers(small_report, tmp_path, lang, 2, **about)
    assert destinations(reader) == [{mine, other}, [mine, mine, other, other]]
    assert (reader.metadata.title, reader.metadata.subject) == ("Own & 图", "A sub_title")
    assert str(reader.root_object["/Lang"]) == ("zh-CN" if lang == "zh" else "en")
    assert reader.root_object["/ViewerPreferences"]["/DisplayDocTitle"]
    assert [entry.title for entry in reader.outline][1:] == ["2 One two"]
    shown = [ContentStream(page.get_contents(), reader).operations for page in reader.pages]
    marked = [operands for page in shown for operands, operator in page if operator == b"BDC"]
    assert marked == [["/Span", {"/Alt": ALT}]]
    fonts = [one for number in range(1, reader.trailer["/Size"]) if is_font(one := reader.get_object(number))]
    assert len(fonts) > 3
    for font in fonts:
        assert font["/Subtype"] != "/Type3"
        if "/DescendantFonts" not in font:
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & font["/FontDescriptor"].keys(), font["/BaseFont"]
    assert capsys.readouterr().err == ""


def test_numbers_lead_nowhere_where_no_runs_are_shown(small_report, tmp_path, capsys):
    assert destinations(with_numbers(small_report, tmp_path, "en", 0)[0]) == [set(), []]
    assert capsys.readouterr().err == ""


def is_font(thing):
    return isinstance(thing, dict) and thing.get("/Type") == "/Font"


LISTED = (
    "labreport.documents.text:latex_code",
    "labreport.documents.wording:caption_label",
    "labreport.results:Results",
)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_code_references_and_symbols_of_other_fonts_are_typeset_as_they_are(small_report, tmp_path, capsys, lang):
    listings = "\n".join(f"![](code:{target})\n\nSome words.\n" for target in LISTED)
    symbols = "{{ report.title }} *{{ report.title }}*\n"
    spec = small_report(f"{CODE}\n{symbols}\n{listings}", lang=lang, figures=0, tables=0, title="μ ≤ α ≈ 學")
    (tmp_path / "templates" / "small" / "references.bib").write_text(WORKS, encoding="utf-8")
    pages, metadata = make(spec, tmp_path / "a")
    text = "".join("".join(pages).split())
    assert "??" not in text
    assert metadata.title == "μ ≤ α ≈ 學"
    assert "U+" not in text
    assert text.count("μ≤α≈") >= 3
    for target in LISTED:
        found = excerpt(target)
        for number, line in enumerate(found.lines, start=found.first):
            if line.isascii() and len(line) < 90:  # neither broken nor in characters that a reader cannot map back
                assert f"{number}{line}".replace(" ", "") in text, line
    cited = "[1,2]" if lang == "zh" else "[1],[2]"
    for piece in ("2001.00001", cited, "10.1000/a_b", "50%ofit", "3return"):
        assert piece in text, piece
    assert capsys.readouterr().err == ""


@pytest.fixture(scope="module")
def typeset_before(tmp_path_factory):
    """Where a document has been typeset, which each new source takes the place of."""
    folder = tmp_path_factory.mktemp("typeset")
    pdf_of(source(folder / "text", "old"), folder)
    return folder


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("x\n\\nonsense", r"small\.tex:4: \\nonsense is no command of TeX; look for it in a formula, .*\n  \\nonsense"),
        ("\\input{/etc/passwd}", r"small\.tex:3: .*passwd"),
        ("\\input{../secret}", r"small\.tex:3: .*secret"),
        ("See \\ref{nowhere}.", r"a reference to nowhere"),
        ('\\char"4E2D 中', r"has no 中"),
    ],
)
def test_what_tex_refuses_is_said_with_its_line_and_leaves_the_old_document(typeset_before, body, words):
    folder = typeset_before
    (old,) = folder.glob("documents/*/*/small.pdf")
    before = old.read_bytes()
    (folder / "typeset" / "secret.tex").write_text("secret", encoding="utf-8")
    with pytest.raises(TypesettingError, match=words) as raised:
        pdf_of(source(folder / "text", body), folder)
    assert str(folder / "typeset" / "x.en" / "small.log") in str(raised.value)
    assert len(str(raised.value)) < 1500
    assert old.read_bytes() == before
    again = pdf_of(source(folder / "text", "mended"), folder)
    assert pypdf.PdfReader(again).pages[0].extract_text().startswith("mended")


def test_no_shell_can_be_reached(tmp_path):
    pdf_of(source(tmp_path / "text", "\\immediate\\write18{touch reached} x"), tmp_path)
    assert not list(tmp_path.rglob("reached"))


def test_lines_that_stick_out_are_warned_of(tmp_path, capsys):
    pdf_of(source(tmp_path / "text", "\\noindent\\hbox to 1.2\\textwidth{x\\hfil y}"), tmp_path)
    assert "overfull by" in capsys.readouterr().err


def test_a_table_too_wide_for_the_page_is_shrunk_and_said(small_report, tmp_path, capsys):
    spec = small_report("![x](table:table_0)", figures=0)
    path = tmp_path / "tables" / "table_0.json"
    column = {"key": "k", "head": "Head", "unit": None, "align": "right", "decimals": None}
    wide = {"columns": [column] * 18, "rows": [["123456"] * 18], "bold": [], "notes": []}
    path.write_text(json.dumps(wide), encoding="utf-8")
    make(spec, tmp_path / "wide")
    assert re.search(r"warning: .*small\.tex: table 1 is \d+\.\d+ pt wider than the text", capsys.readouterr().err)


def test_floats_do_not_leave_their_section_and_logs_of_the_appendix_do_not_float(small_report, tmp_path):
    words = "Some words that fill a line of the page, again and again. " * 24 + "\n\n"
    tables = "".join(f"{words}\n\n![x](table:table_{i})\n\n" for i in range(6))
    appendix = "".join(f"Below stands it.\n\n![y](table:table_{i})\n\n" for i in range(6, 12))
    spec = small_report(
        f"# One\n\n{tables}\n# Two\n\n{words}\n# Logs {{.appendix}}\n\n{appendix}", figures=0, tables=12
    )
    text = " ".join(" ".join(make(spec, tmp_path / "a")[0]).split())
    assert text.rindex("Table 6") < text.index("2 Two")
    places = [found.start() for found in re.finditer(r"Below stands it|Table \d+", text[text.index("A Logs") :])]
    kinds = re.findall(r"Below stands it|Table", text[text.index("A Logs") :])
    assert len(places) == 12
    assert kinds == ["Below stands it", "Table"] * 6


def test_a_section_begins_below_the_last_of_many_floats(small_report, tmp_path):
    tables = "".join(f"![x](table:table_{i})\n\n" for i in range(5))
    spec = small_report(f"# One\n\nWords.\n\n{tables}\n# Two\n\nIt begins here.\n", figures=0, tables=5)
    for number, rows in enumerate((12, 12, 12, 12, 22)):  # two fit a page, and three do not
        path = tmp_path / "tables" / f"table_{number}.json"
        path.write_text(json.dumps({**read_json(path), "rows": [["x", 1.5, 2]] * rows, "bold": []}), encoding="utf-8")
    (beginning,) = (page for page in make(spec, tmp_path / "a")[0] if "It begins here" in page)
    assert "Table 5" in beginning


def test_without_tex_there_is_one_message(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TypesettingError, match="texlive-xetex"):
        pdf_of(source(tmp_path / "text", "x"), tmp_path)
