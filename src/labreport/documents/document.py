"""A report as a finished document: template and results in, LaTeX, Markdown, HTML or Word out."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from labreport.documents import citations, cover, pandoc, seeds, shells, templating, views, wording
from labreport.documents.docx import DocxLayout
from labreport.documents.gfm import MarkdownLayout
from labreport.documents.html import HtmlLayout, page
from labreport.documents.latex import FIGURE_FOLDER, LatexLayout
from labreport.documents.layout import Layout
from labreport.documents.nodes import Node, attribute, has_class, walk
from labreport.documents.pictures import Picture
from labreport.documents.presentation import load, run_named, unbroken
from labreport.documents.printing import Origins, filters
from labreport.documents.provenance import Provenance
from labreport.documents.run_sections import run_sections
from labreport.documents.syntax import FLOAT_CLASS, Syntax, markdown
from labreport.documents.word_file import written
from labreport.errors import ResultsError, TemplateError
from labreport.results import Results

# Form -> its layout, and how the pictures that it takes end.
LAYOUTS: Mapping[str, tuple[type[Layout], str]] = {
    "latex": (LatexLayout, ".pdf"),
    "markdown": (MarkdownLayout, ".svg"),
    "html": (HtmlLayout, ".svg"),
    "docx": (DocxLayout, ".png"),
}
MEDIA = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}


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
        template: the report's prose; the formats' shells are in folders of their names beside its folder.
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
    figures, files = spec.get("figures") or {}, spec.get("files")
    origins = Origins()
    names = {
        **views.names(results, spec, lang, origins),
        "report": views.report(spec["declaration"], provenance.date),
        "scale": views.scale(spec, results.real_data, lang),
        "command": views.command(spec, lang),
        "lang": lang,
        "format": form,
    }
    told = (names, filters(lang), files)
    text = templating.fill(template, *told)
    front = templating.fill(Path(spec["cover"]), *told) if spec.get("cover") else ""
    understood = partial(Syntax, template.parent, files=files, origins=origins)
    marks, modules = _marks(short, figures, lang), spec.get("listings")
    shown, before = understood(figures, spec.get("tables") or {}, marks, modules), understood(cover=True)
    with _in(template):
        document = pandoc.parse(markdown(text), lang)
        document = citations.listed({**document, "blocks": shown.explicit(document["blocks"])}, template.parent, lang)
        layout = _layout(form, lang, spec, shown, results, document["blocks"])
        document["blocks"] = layout.document(document["blocks"])
    first: list[Node] = []
    if front:
        with _in(spec["cover"]):
            read = before.explicit(pandoc.parse(markdown(front), lang)["blocks"])
            layout.images |= _own(form, spec, before)
            first = cover.blocks(read, form, layout)
        # which says the rest
        spec = {**spec, "declaration": {**spec["declaration"], "affiliation": "", "course": "", "fields": {}}}
    if isinstance(layout, HtmlLayout):
        document["blocks"] = page(document["blocks"], layout)
    missing = seeds.notice(results, short, lang, spec.get("left_out"))
    own = {picture.file: picture for one in (shown, before) for picture in one.pictures.values()}
    about: tuple[Path, str, Mapping[str, Any], Provenance] = (template.parent.parent, lang, spec, provenance)
    if form == "docx":
        return Document(written(document, first, missing, *about), tuple(own.values()))
    parts: dict[str, Any] = {
        "missing": missing,
        "body": pandoc.write(document, form).strip(),
        "cover": pandoc.write({**document, "blocks": first}, form).strip(),
        "runs": run_sections(results, spec.get("sources", {})) if form == "html" else [],
    }
    return Document(shells.fill(form, *about, **parts).encode(), tuple(own.values()))


@contextmanager
def _in(template: Path | str) -> Iterator[None]:
    """Errors of a template's text say whose they are.

    Raises:
        TemplateError: one was found.
    """
    try:
        yield
    except TemplateError as error:
        raise TemplateError(f"{template}: {error}") from None


def _layout(
    form: str, lang: str, spec: Mapping[str, Any], shown: Syntax, results: Results, blocks: list[Node]
) -> Layout:
    kind, suffix = LAYOUTS[form]
    figures = {name: str(entry["path"]) for name, entry in (spec.get("figures") or {}).items()}
    tables = {name: load(f"{entry['path']}.json") for name, entry in (spec.get("tables") or {}).items()}
    if form in ("html", "docx"):
        tables = {name: unbroken(one) for name, one in tables.items()}
    alt = {name: _alternative(f"{path}.txt") for name, path in figures.items()}
    images = {name: _address(form, spec, Path(path + suffix), name + suffix) for name, path in figures.items()}
    images |= _own(form, spec, shown)
    found = {name: {run.seed: run.path.name for run in results.runs(name)} for name in results.experiments}
    measured = {results.title(name, lang): keys for name, keys in found.items()}
    runs = frozenset(key for keys in found.values() for key in keys.values())
    if form == "latex":  # where a number can lead to a row that is shown, in HTML to a section
        floats = [node for node in walk(blocks) if has_class(node, "Div", FLOAT_CLASS)]
        seen = {item for node in floats for item in attribute(node, "items").split()} & tables.keys()
        cells = {cell for name in seen for row in tables[name].rows for cell in row}
        runs = frozenset(filter(None, (run_named(cell, runs) for cell in cells)))
    return kind(lang, wording.scale(spec, lang), tables, images, alt, shown.listings, runs, measured)


def _own(form: str, spec: Mapping[str, Any], shown: Syntax) -> dict[str, str]:
    """Picture of the author's own as it is named -> what a document of a form finds it by."""
    return {name: _address(form, spec, picture.path, picture.file) for name, picture in shown.pictures.items()}


def _address(form: str, spec: Mapping[str, Any], path: Path, name: str) -> str:
    """What a document finds a picture by: where it lies, or an address that holds it."""
    if form in ("latex", "markdown"):
        return f"{FIGURE_FOLDER if form == 'latex' else spec['pictures']}/{name}"
    return f"data:{MEDIA[path.suffix.lower()]};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _marks(short: Mapping[str, str], figures: Mapping[str, Any], lang: str) -> dict[str, list[str]]:
    """How the captions of figures end: with seeds that are missing, and what bands and whiskers are."""
    found = {}
    for name, entry in figures.items():
        path = Path(f"{entry['path']}.note")
        note = path.read_text(encoding="utf-8") if path.is_file() else ""
        noted = wording.word("marked", lang, note) if note else ""
        found[name] = [seeds.mark(short, entry.get("experiments") or [], lang), noted]
    return found


def _alternative(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ResultsError(f"{path}: no such file; build the report again to draw this figure") from None
