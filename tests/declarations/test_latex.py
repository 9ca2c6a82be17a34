"""A report's own cover, LaTeX shell and class: what is refused, and which documents an edit makes again."""

from __future__ import annotations

import pytest

from labreport.artifacts.graph import Graph
from labreport.artifacts.prose import mistakes_of
from labreport.errors import TemplateError

from .conftest import refused

EXTENDED = '\\BLOCK{extends "latex/report.tex.j2"}\n\\BLOCK{block title}\\VAR{title|escaped}\\BLOCK{endblock}\n'
FORMS = ("latex", "html", "docx", "markdown")


@pytest.fixture
def own(project):
    """`own(latex={...})` -> the project with a report that declares it; its files lie beside its text."""

    def make(**declared):
        project.report(experiments=["cnn4"], **declared)
        folder = project.root / "templates/own"
        (folder / "cover.md.j2").write_text("# {{ report.title }}\n", encoding="utf-8")
        (folder / "thesis.cls").write_text("\\LoadClass{article}\n", encoding="utf-8")
        (folder / "report.tex.j2").write_text(EXTENDED, encoding="utf-8")
        return project

    return make


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"cover": "covr.md.j2"}, r"own\.yaml: cover: found 'covr\.md\.j2', no such file in .* \"cover\.md\.j2\"\?"),
        ({"cover": "../../secret"}, r"own\.yaml: cover: found .*leads out of templates/; copy it to templates/own/"),
        ({"latex": {"shell": "/etc/passwd"}}, r"own\.yaml: latex\.shell: found .*leads out of templates/"),
        ({"latex": {"shell": "none.tex.j2"}}, r"latex\.shell: found .*, no such file"),
        ({"latex": {"clas": "thesis"}}, r'own\.yaml: latex\.clas: unknown key; did you mean "class"\?'),
        ({"latex": {"class": "a}b"}}, r"own\.yaml: latex\.class"),
        ({"latex": {"options": ["12pt"]}}, r"latex\.options: are of a class; name it"),
        (
            {"latex": {"files": ["cover.md.j2"]}},
            r"latex\.files: found .*cover\.md\.j2.*, allowed are files that end in",
        ),
        ({"latex": {"files": ["logo.pdf"]}}, r"latex\.files: found .*logo\.pdf.*, no such file"),
    ],
)
def test_what_is_refused(own, declared, words):
    refused(own(**declared), words)


def test_two_files_of_one_name_are_refused(own):
    project = own(latex={"files": ["shared/thesis.cls"]})
    (project.root / "templates/shared").mkdir()
    (project.root / "templates/shared/thesis.cls").write_text("x", encoding="utf-8")
    refused(project, r"latex\.files: two files have the name thesis\.cls")


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("cover.md.j2", "# x\n\n{{ report }}{{ nothing }}", 'cover.md.j2: line 3: name "nothing"'),
        ("cover.md.j2", "![](logo.png)", "cover.md.j2: line 1: there is no picture 'logo.png'"),
        ("cover.md.j2", "![](figure:x)", "cover.md.j2: line 1: "),
        ("report.tex.j2", "a\n\\BLOCK{if}", "report.tex.j2: line 2: "),
        ("report.tex.j2", "\\VAR{tittle}", "report.tex.j2: there is no 'tittle' in a shell, allowed are title"),
        ("report.tex.j2", EXTENDED, None),
        ("cover.md.j2", "| {{ cnn4.val_accuracy }} {{ report.fields }}", None),
    ],
)
def test_mistakes_in_a_cover_or_shell_are_told_before_anything_is_trained(own, file, text, words):
    project = own(cover="cover.md.j2", latex={"shell": "report.tex.j2"})
    (project.root / "templates/own" / file).write_text(text, encoding="utf-8")
    found = mistakes_of(project.load(), "own", "en")
    assert found == [] if words is None else found[0].startswith(f"templates/own/{words}")


def test_a_text_in_another_encoding_is_named(own):
    project = own()
    text = project.root / "templates/own/en.md.j2"
    text.write_bytes("Nov\xe1k".encode("latin-1"))
    with pytest.raises(TemplateError, match=r"^templates/own/en\.md\.j2: is no text in UTF-8 \(byte 3\); save it so$"):
        mistakes_of(project.load(), "own", "en")


def test_a_broken_bibliography_is_one_mistake_of_a_text_and_its_cover(own):
    project = own(cover="cover.md.j2")
    works = project.root / "templates/own/references.bib"
    works.write_text("@misc{a, title={T}", encoding="utf-8")
    (mistake,) = mistakes_of(project.load(), "own", "en")
    assert mistake.startswith(f"{works}: ")


@pytest.mark.parametrize(
    ("edited", "made_again"),
    [
        ("own/report.tex.j2", {"latex"}),
        ("own/thesis.cls", {"latex"}),
        ("latex/report.tex.j2", {"latex"}),
        ("own/cover.md.j2", set(FORMS)),
    ],
)
def test_what_an_edit_makes_again(own, edited, made_again):
    project = own(cover="cover.md.j2", latex={"shell": "report.tex.j2", "class": "thesis"})

    def keys():
        graph = Graph(project.load())
        return {form: graph.text(graph.project.report("own"), "en", form).key for form in FORMS}

    before = keys()
    with (project.root / "templates" / edited).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert {form for form, key in keys().items() if key != before[form]} == made_again
