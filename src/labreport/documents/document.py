"""A report as a finished document: template and results in, LaTeX, Markdown, HTML or Word out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labreport.documents import (
    citations,
    cover,
    gfm,
    numbering,
    pandoc,
    presentation,
    quantities,
    seeds,
    shells,
    syntax,
    templating,
    tree,
    views,
    word_file,
    wording,
)
from labreport.documents.docx import DocxLayout
from labreport.documents.html import HtmlLayout, data_uri, page
from labreport.documents.latex import FIGURE_FOLDER, LatexLayout
from labreport.documents.pandoc import Node
from labreport.documents.pictures import Picture
from labreport.documents.provenance import Provenance
from labreport.documents.run_sections import run_sections
from labreport.documents.syntax import Syntax
from labreport.documents.values import Origins
from labreport.errors import ResultsError, TemplateError
from labreport.results import Results

# Form -> its layout, and how the pictures that it takes end.
NATIVE = {"html": (HtmlLayout, ".svg"), "docx": (DocxLayout, ".png")}


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
        "report": views.report(spec["declaration"], provenance.date),
        "scale": views.scale(spec["scale"], results.real_data, lang),
        "command": views.command(spec, lang),
        "lang": lang,
        "format": form,
    }
    files, filters = spec.get("files"), quantities.filters(lang)
    text = templating.fill(template, names, filters, files)
    front = templating.fill(Path(spec["cover"]), names, filters, files) if spec.get("cover") else ""
    modules = spec.get("listings")
    shown = Syntax(template.parent, figures, spec.get("tables") or {}, marks, modules, origins.found)
    try:
        document = pandoc.parse(syntax.markdown(text), lang)
        document = citations.listed({**document, "blocks": shown.explicit(document["blocks"])}, template.parent, lang)
        _check_planned(shown, files)
        runs = run_sections(results) if form == "html" else []
        layout = _layout(form, lang, spec, shown, _linked(form, results, document["blocks"], spec.get("tables") or {}))
        document["blocks"] = tree.transform(document["blocks"], numbering.number(document["blocks"]), layout)
    except TemplateError as error:
        raise TemplateError(f"{template}: {error}") from None
    first, pictures = _cover(
        front, form, lang, spec, Syntax(template.parent, origins=origins.found, cover=True), layout
    )
    pictures = tuple({one.file: one for one in (*shown.pictures.values(), *pictures)}.values())
    if isinstance(layout, HtmlLayout):
        document["blocks"] = page(document["blocks"], layout)
    missing = seeds.notice(results, short, lang, spec.get("left_out"))
    if first:  # which says the rest
        spec = {**spec, "declaration": {**spec["declaration"], "affiliation": "", "course": "", "fields": {}}}
    if form == "docx":
        notices = [wording.scale(spec["scale"], lang).notice, missing]
        return Document(word_file.written(document, lang, spec["declaration"], provenance, notices, first), pictures)
    parts = {
        "missing": missing,
        "body": pandoc.write(document, form).strip(),
        "cover": pandoc.write({**document, "blocks": first}, form).strip(),
        "runs": runs,
    }
    text = shells.fill(template.parent.parent, form, lang, spec, provenance, **parts)
    return Document(text.encode(), pictures)


def _cover(
    text: str, form: str, lang: str, spec: Mapping[str, Any], shown: Syntax, layout: tree.Layout
) -> tuple[list[Node], Collection[Picture]]:
    """The blocks of a cover, none where there is no text, and the pictures that it shows."""
    try:
        found = cover.blocks(text, form, lang, shown, layout, lambda: _addresses(form, spec, shown.pictures))
        _check_planned(shown, spec.get("files"))
    except TemplateError as error:
        raise TemplateError(f"{spec['cover']}: {error}") from None
    return found, shown.pictures.values()


def _addresses(form: str, spec: Mapping[str, Any], pictures: Mapping[str, Picture]) -> dict[str, str]:
    """Picture of the author's own as it is named -> what a document of a form finds it by."""
    if form in NATIVE:
        return {name: data_uri(picture.path) for name, picture in pictures.items()}
    folder = FIGURE_FOLDER if form == "latex" else spec["pictures"]
    return {name: f"{folder}/{picture.file}" for name, picture in pictures.items()}


def _linked(form: str, results: Results, blocks: list[Node], tables: Mapping[str, Any]) -> frozenset[str]:
    """The keys of the runs that a number can lead to: in HTML to a section, in LaTeX to a row that is shown."""
    runs = frozenset(run.path.name for name in results.experiments for run in results.runs(name))
    if form != "latex":
        return runs if form == "html" else frozenset()
    floats = [node for node in numbering.walk(blocks) if numbering.has_class(node, "Div", syntax.FLOAT_CLASS)]
    shown = {item for node in floats for item in numbering.attribute(node, "items").split()} & tables.keys()
    cells = {cell for name in shown for row in presentation.load(f"{tables[name]['path']}.json").rows for cell in row}
    return frozenset(filter(None, (presentation.run_named(cell, runs) for cell in cells)))


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
    alt = {name: _alternative(f"{entry['path']}.txt") for name, entry in figures.items()}
    if form == "latex":
        return LatexLayout(lang, scale, tables, figures, shown.listings, shown.pictures, alt, runs)
    if form in NATIVE:
        layout, suffix = NATIVE[form]
        images = {name: data_uri(Path(f"{entry['path']}{suffix}")) for name, entry in figures.items()}
        images |= _addresses(form, spec, shown.pictures)
        return layout(lang, scale, tables, images, alt, shown.listings, runs)
    images = {name: f"{spec['pictures']}/{name}.svg" for name in figures}
    images |= _addresses(form, spec, shown.pictures)
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
