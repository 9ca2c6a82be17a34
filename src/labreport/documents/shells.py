"""What stands around a text in each format: a template of the format's own, whose texts are escaped for it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from labreport.documents import pandoc, templating, wording
from labreport.documents.provenance import Provenance
from labreport.documents.text import clean, gfm, latex, latex_metadata, shortened
from labreport.errors import TemplateError
from labreport.spelling import did_you_mean

SHELLS = {
    "latex": "latex/report.tex.j2",
    "markdown": "markdown/report.md.j2",
    "html": "html/report.html.j2",
    "docx": "docx/styles.xml.j2",
}
IN_LATEX = {  # which has other uses for braces
    "block_start_string": r"\BLOCK{",
    "block_end_string": "}",
    "variable_start_string": r"\VAR{",
    "variable_end_string": "}",
    "comment_start_string": r"\#{",
    "comment_end_string": "}",
}
ESCAPED = {"latex": latex, "markdown": gfm, "html": clean, "docx": clean}
DECLARED: Mapping[str, Any] = {
    "title": "", "subtitle": "", "authors": [], "affiliation": "", "course": "", "fields": {},
}  # fmt: skip
# What a shell may name, beside what the title page declares.
NAMES = ("report", "lang", "scale", "provenance", "words", "language", "latex", "cover", "missing", "body", "runs")


def fill(form: str, templates: Path, lang: str, spec: Mapping[str, Any], provenance: Provenance, **parts: Any) -> str:
    """The body and other parts of a document within its shell; of a Word file its styles.

    Args:
        form: `latex`, `markdown`, `html` or `docx`.
        templates: the folder of all shells.
        lang: `zh` or `en`.
        spec: of a `write` step.
        provenance: what the foot states.
        parts: the rest of `NAMES`, already text of the form.

    Raises:
        TemplateError: the shell is missing, or an expression in it fails.
    """
    declared = {**DECLARED, **{key: value for key, value in spec["declaration"].items() if value is not None}}
    own = {"shell": "", "class": "", "options": [], **(spec.get("latex") or {})}
    name = str(own["shell"]).partition("/")[2] or SHELLS[form]
    names = {
        **declared,
        "report": spec["report"],
        "lang": lang,
        "scale": wording.scale(spec, lang),
        "provenance": provenance,
        "words": lambda key: wording.word(key, lang),
        "language": pandoc.LANGUAGES[lang],
        "latex": own,
        **parts,
    }
    try:
        with templating.limits():
            return _environment(form, jinja2.FileSystemLoader(templates)).get_template(name).render(names)
    except jinja2.TemplateNotFound as error:
        raise TemplateError(f"{templates}: the shell {error.name} is missing") from None
    except Exception as error:  # an expression in it can fail in any way that Python can
        raise TemplateError(f"{templates / name}: {type(error).__name__}: {error}; correct the shell") from error


def shell_mistakes(text: str) -> list[str]:
    """What is wrong with a LaTeX shell, as far as can be told without results, a line each."""
    environment = _environment("latex")
    try:
        tree = environment.parse(text)
    except jinja2.TemplateSyntaxError as error:
        return [f"line {error.lineno}: {error.message}"]
    known = [*DECLARED, *NAMES]
    unknown = sorted(meta.find_undeclared_variables(tree) - {*known, *environment.globals})
    return [
        f"there is no {name!r} in a shell, allowed are {', '.join(known)}{did_you_mean(name, known)}"
        for name in unknown
    ]


def _environment(form: str, loader: jinja2.BaseLoader | None = None) -> jinja2.Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=loader,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=form in ("html", "docx"),
        **(IN_LATEX if form == "latex" else {}),
    )
    environment.filters.update(escaped=ESCAPED[form], metadata=latex_metadata, shortened=shortened)
    return environment
