"""A report as a finished document: template and results in, LaTeX, Markdown, HTML or Word out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from labreport.documents import (
    citations,
    gfm,
    numbering,
    pandoc,
    presentation,
    quantities,
    seeds,
    syntax,
    templating,
    tree,
    views,
    word_file,
    wording,
)
from labreport.documents.docx import DocxLayout
from labreport.documents.html import HtmlLayout, data_uri, page
from labreport.documents.latex import LatexLayout
from labreport.documents.pictures import Picture
from labreport.documents.provenance import Provenance
from labreport.documents.run_sections import run_sections
from labreport.documents.syntax import Syntax
from labreport.documents.text import clean, latex, latex_metadata, shortened
from labreport.documents.text import gfm as gfm_text
from labreport.documents.values import Origins
from labreport.errors import ResultsError, TemplateError
from labreport.results import Results

SHELLS = {"latex": "latex/report.tex.j2", "markdown": "markdown/report.md.j2", "html": "html/report.html.j2"}
SYNTAX: dict[str, dict[str, Any]] = {
    "latex": {
        "block_start_string": r"\BLOCK{",
        "block_end_string": "}",
        "variable_start_string": r"\VAR{",
        "variable_end_string": "}",
        "comment_start_string": r"\#{",
        "comment_end_string": "}",
    },
    "markdown": {},
    "html": {"autoescape": True},
}
# Form -> its layout, and how the pictures that it takes end.
NATIVE = {"html": (HtmlLayout, ".svg"), "docx": (DocxLayout, ".png")}
ESCAPED = {"latex": latex, "markdown": gfm_text, "html": clean}


@dataclass(frozen=True)
class Document:
    """A finished text.

    Attributes:
        data: LaTeX that expects `figures/NAME.pdf` beside it, Markdown that expects `NAME.svg` in the folder that the
            spec calls `pictures`, or HTML that holds its pictures, all in UTF-8; or a Word file.
        pictures: of the author's own, which are expected in the same folder.
    """

    data: bytes
    pictures: tuple[Picture, ...]

    @property
    def text(self) -> str:
        """What is written, of forms that are text."""
        return self.data.decode()


def render(template: Path, form: str, lang: str, spec: Mapping[str, Any], provenance: Provenance) -> Document:
    """The whole document.

    Args:
        template: the report's prose; the formats' shells are in `latex/`, `markdown/` and `html/` beside its folder.
        form: `latex`, `markdown`, `html` or `docx`.
        lang: `zh` or `en`.
        spec: the spec of a `write` step.
        provenance: what the foot states.

    Raises:
        TemplateError: the template names what does not exist, or is malformed.
        ResultsError: a result is missing or malformed.
    """
    results = Results({"name": spec["report"], **spec})
    short = seeds.short(results, results.experiments, lang)
    figures = spec.get("figures") or {}
    marks = {
        name: [seeds.mark(short, entry.get("experiments") or [], lang), _note(f"{entry['path']}.note", lang)]
        for name, entry in figures.items()
    }
    origins = Origins()
    names = {
        **views.names(results, spec, lang, origins),
        "report": views.report(spec["declaration"]),
        "scale": views.scale(spec["scale"], results.real_data, lang),
        "command": views.command(spec, lang),
        "lang": lang,
        "format": form,
    }
    files = spec.get("files")
    text = templating.fill(template, names, quantities.filters(lang), files)
    modules = spec.get("listings")
    shown = Syntax(template.parent, figures, spec.get("tables") or {}, marks, modules, origins.found)
    try:
        document = pandoc.parse(syntax.markdown(text), lang)
        document = citations.listed({**document, "blocks": shown.explicit(document["blocks"])}, template.parent, lang)
        _check_planned(shown, files)
        runs = run_sections(results) if form == "html" else []
        layout = _layout(form, lang, spec, shown, frozenset(run.key for run in runs))
        document["blocks"] = tree.transform(document["blocks"], numbering.number(document["blocks"]), layout)
    except TemplateError as error:
        raise TemplateError(f"{template}: {error}") from None
    if isinstance(layout, HtmlLayout):
        document["blocks"] = page(document["blocks"], layout)
    missing = seeds.notice(results, short, lang, spec.get("left_out"))
    if form == "docx":
        notices = [wording.scale(spec["scale"], lang).notice, missing]
        data = word_file.written(document, lang, spec["declaration"], provenance, notices)
        return Document(data, tuple(shown.pictures.values()))
    body = pandoc.write(document, form)
    text = _shell(template, form, lang, spec, provenance, missing=missing, body=body.strip(), runs=runs)
    return Document(text.encode(), tuple(shown.pictures.values()))


def _check_planned(shown: Syntax, files: Collection[str] | None) -> None:
    """Refuse a picture that planning does not know.

    Raises:
        TemplateError: names it.
    """
    for name, picture in shown.pictures.items():
        if files is not None and str(picture.path) not in files:
            raise TemplateError(f"the picture {name!r} has a name that is put together; write it out")


def _layout(form: str, lang: str, spec: Mapping[str, Any], shown: Syntax, runs: frozenset[str]) -> tree.Layout:
    scale = wording.scale(spec["scale"], lang)
    figures = spec.get("figures") or {}
    tables = {name: presentation.load(f"{entry['path']}.json") for name, entry in (spec.get("tables") or {}).items()}
    if form == "latex":
        return LatexLayout(lang, scale, tables, figures, shown.listings, shown.pictures)
    alt = {name: _alternative(f"{entry['path']}.txt") for name, entry in figures.items()}
    if form in NATIVE:
        layout, suffix = NATIVE[form]
        images = {name: data_uri(Path(f"{entry['path']}{suffix}")) for name, entry in figures.items()}
        images |= {name: data_uri(picture.path) for name, picture in shown.pictures.items()}
        return layout(lang, scale, tables, images, alt, shown.listings, runs)
    folder = spec["pictures"]
    images = {name: f"{folder}/{name}.svg" for name in figures}
    images |= {name: f"{folder}/{picture.file}" for name, picture in shown.pictures.items()}
    return gfm.MarkdownLayout(lang, scale, tables, images, alt, shown.listings)


def _note(path: str, lang: str) -> str:
    """What a figure's bands and whiskers are, as it ends a caption; empty where it has none."""
    note = Path(path).read_text(encoding="utf-8") if Path(path).is_file() else ""
    return wording.marked(note, lang) if note else ""


def _alternative(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ResultsError(f"{path}: no such file; build the report again to draw this figure") from None


def _shell(template: Path, form: str, lang: str, spec: Mapping[str, Any], provenance: Provenance, **parts: Any) -> str:
    """The body and other parts of a document within the format's shell, whose texts are escaped for that format."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template.parent.parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        **SYNTAX[form],
    )
    environment.filters.update(escaped=ESCAPED[form], metadata=latex_metadata, shortened=shortened)
    declaration = {"subtitle": "", "authors": [], "affiliation": "", "course": "", "fields": {}, **spec["declaration"]}
    try:
        shell = environment.get_template(SHELLS[form])
    except jinja2.TemplateNotFound as error:
        raise TemplateError(f"{template.parent.parent}: the shell {error.name} is missing") from None
    return shell.render(
        **{key: value if value is not None else "" for key, value in declaration.items()},
        report=spec["report"],
        lang=lang,
        scale=wording.scale(spec["scale"], lang),
        provenance=provenance,
        words=lambda key: wording.word(key, lang),
        language=pandoc.LANGUAGES[lang],
        **parts,
    )
