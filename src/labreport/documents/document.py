"""A report as a finished document: template and results in, LaTeX or Markdown out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from labreport.documents import (
    bibliography,
    gfm,
    listings,
    numbering,
    pandoc,
    presentation,
    quantities,
    references,
    seeds,
    templating,
    tree,
    views,
    wording,
)
from labreport.documents.floats import Floats
from labreport.documents.latex import LatexLayout
from labreport.documents.provenance import Provenance
from labreport.documents.text import gfm as gfm_text
from labreport.documents.text import latex, latex_metadata, shortened
from labreport.errors import ResultsError, TemplateError
from labreport.results import Results

SHELLS = {"latex": "latex/report.tex.j2", "markdown": "markdown/report.md.j2"}
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
}


def render(template: Path, form: str, lang: str, spec: Mapping[str, Any], provenance: Provenance) -> str:
    """The whole document.

    Args:
        template: the report's prose; the formats' shells are in `latex/` and `markdown/` beside its folder.
        form: `latex` or `markdown`.
        lang: `zh` or `en`.
        spec: the spec of a `write` step.
        provenance: what the foot states.

    Returns:
        LaTeX that expects `figures/NAME.pdf` beside it, or Markdown that expects `NAME.svg` in the folder that the spec
        calls `pictures`.

    Raises:
        TemplateError: the template names what does not exist, leaves a figure or table unused, or is malformed.
        ResultsError: a result is missing or malformed.
    """
    works = bibliography.load(template.parent / bibliography.FILE)
    results = Results({"name": spec["report"], **spec})
    short = seeds.short(results, results.experiments, lang)
    figures = spec.get("figures") or {}
    marks = {
        name: [seeds.mark(short, entry.get("experiments") or [], lang), _note(f"{entry['path']}.note", lang)]
        for name, entry in figures.items()
    }
    floats = Floats(figures, spec.get("tables") or {}, works, marks, spec.get("listings"))
    names = {
        **views.functions(results, spec, lang),
        **floats.functions(),
        "report": views.report(spec["declaration"]),
        "scale": views.scale(spec["scale"], results.real_data, lang),
        "command": views.command(spec, lang),
        "lang": lang,
        "format": form,
    }
    text = templating.fill(template, names, quantities.filters(lang), spec.get("files"))
    if unused := floats.unused():
        raise TemplateError(f"{template}: declared, but never shown: {', '.join(unused)}; show them or undeclare them")
    document = pandoc.parse(text, lang)
    try:
        blocks = _with_references(document["blocks"], works, lang)
        layout = _layout(form, lang, spec, floats.listings)
        document["blocks"] = tree.transform(blocks, numbering.number(blocks), layout)
    except TemplateError as error:
        raise TemplateError(f"{template}: {error}") from None
    missing = seeds.notice(results, short, lang, spec.get("left_out"))
    return _shell(template, form, lang, spec, provenance, missing, pandoc.write(document, form))


def _with_references(
    blocks: list[pandoc.Node], works: Mapping[str, bibliography.Entry], lang: str
) -> list[pandoc.Node]:
    """The document with its list of references, which stands before the appendix.

    Raises:
        TemplateError: an entry is never cited.
    """
    cited = numbering.citations(blocks)
    if idle := [entry for key, entry in works.items() if key not in cited]:
        raise TemplateError(f"{idle[0].where}: {idle[0].key} is never cited; cite it or remove the entry")
    if not cited:
        return blocks
    heading = pandoc.heading(wording.word("references", lang), "sec:references", ["unnumbered"])
    found = [heading, references.block([works[key] for key in cited], lang)]
    opening = (i for i, node in enumerate(blocks) if node["t"] == "Header" and numbering.opens_appendix(node))
    place = next(opening, len(blocks))
    return [*blocks[:place], *found, *blocks[place:]]


def _layout(form: str, lang: str, spec: Mapping[str, Any], code: Mapping[str, listings.Excerpt]) -> tree.Layout:
    scale = wording.scale(spec["scale"], lang)
    figures = spec.get("figures") or {}
    tables = {name: presentation.load(f"{entry['path']}.json") for name, entry in (spec.get("tables") or {}).items()}
    if form == "latex":
        return LatexLayout(lang, scale, tables, figures, code)
    images = gfm.image_paths(figures, spec["pictures"])
    alt = {name: _alternative(f"{entry['path']}.txt") for name, entry in figures.items()}
    return gfm.MarkdownLayout(lang, scale, tables, images, alt, code)


def _note(path: str, lang: str) -> str:
    """What a figure's bands and whiskers are, as it ends a caption; empty where it has none."""
    note = Path(path).read_text(encoding="utf-8") if Path(path).is_file() else ""
    return wording.marked(note, lang) if note else ""


def _alternative(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ResultsError(f"{path}: no such file; build the report again to draw this figure") from None


def _shell(
    template: Path, form: str, lang: str, spec: Mapping[str, Any], provenance: Provenance, missing: str, body: str
) -> str:
    """The body within the format's shell, whose texts are escaped for that format."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template.parent.parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        **SYNTAX[form],
    )
    environment.filters.update(
        escaped=latex if form == "latex" else gfm_text, metadata=latex_metadata, shortened=shortened
    )
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
        missing=missing,
        words=lambda key: wording.word(key, lang),
        body=body.strip(),
    )
