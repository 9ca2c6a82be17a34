"""A report's prose, for planning: the files that it stands in, the modules that it prints pieces of, its mistakes."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath

from labreport.artifacts.artifact import Artifact
from labreport.artifacts.code import SOURCES
from labreport.declarations.experiments import Experiment
from labreport.declarations.latex import FOLDER
from labreport.declarations.project import Project
from labreport.errors import TemplateError, UserError, outcome
from labreport.metrics import metric_columns
from labreport.quantities.registry import FACTS, QUANTITIES, numbers

# A statement that takes another template in, and the names in it: `{% include "methods.md.j2" %}`, in LaTeX `\BLOCK{}`.
STATEMENT = re.compile(r"(?:\{%|\\BLOCK\{)[-+]?\s*(?:include|import|from|extends)\b(.*?)\}", re.DOTALL)
QUOTED = re.compile(r"""["']([^"'\n]+)["']""")
LISTING = re.compile(r"\]\(code:(labreport(?:\.\w+)+):\w")  # what a template prints of this project's own code
PICTURE = re.compile(r"\]\(([^():\s]+\.(?:png|jpe?g))\)", re.IGNORECASE)  # of the author's own


def prose(root: Path, report: str, templates: Iterable[str]) -> list[str]:
    """Templates of a report, and all that they include, however deep; relative to the project.

    A name that is computed is not seen; the write step refuses what is not among these.
    """
    found = list(templates)
    for path in found:  # which grows
        found += [one for one in _included(root, report, _text(root / path)) if one not in found]
    return found


def listings(root: Path, files: Iterable[str]) -> dict[str, str]:
    """Module -> digest of its file, for each that templates show a piece of: comments and line numbers count, too."""
    modules = dict.fromkeys(module for path in files for module in LISTING.findall(_text(root / path)))
    sources = {module: SOURCES.joinpath(*module.split(".")).with_suffix(".py") for module in modules}
    return {
        module: hashlib.sha256(file.read_bytes()).hexdigest()[:16] for module, file in sources.items() if file.is_file()
    }


def pictures(root: Path, report: str, files: Iterable[str]) -> list[str]:
    """The pictures that templates show beside figures, as far as they are there; relative to the project."""
    named = dict.fromkeys(name for path in files for name in PICTURE.findall(_text(root / path)))
    found = [f"{FOLDER}/{report}/{name}" for name in named if ".." not in PurePosixPath(name).parts]
    return [path for path in found if (root / path).is_file()]


def fields(experiment: Experiment) -> list[str]:
    """What a template may ask of an experiment: facts, quantities of its task, and numbers that it declares."""
    metrics = {"", *(column.removeprefix("val_") for column in metric_columns(experiment.task))}
    measured = [name for name, quantity in QUANTITIES.items() if quantity.metric in metrics]
    declared = experiment.settings.model_dump(mode="json", exclude_none=True)
    return [*FACTS, *measured, *numbers({**declared, "data": list(experiment.dataset.changes)})]


def check_text(project: Project, document: Artifact) -> None:
    """Refuse a template that names what the report does not have, unless its text is there already.

    Args:
        project: that declares it.
        document: a text, or a document that is made of one.

    Raises:
        TemplateError: with the line of each mistake.
    """
    text = document if document.step == "write" else document.needs[0]  # of which the others are made
    if text.is_there(Path()):
        return
    if mistakes := mistakes_of(project, text.spec["report"], text.spec["lang"]):
        raise TemplateError("\n".join(mistakes))


@cache
def mistakes_of(project: Project, name: str, lang: str) -> list[str]:
    """Those in the text of a report, which has a document for each format, in its cover and in its LaTeX shell."""
    # Only here, so that planning a finished project imports no jinja2.
    from labreport.documents import citations, naming
    from labreport.documents.check import template_mistakes
    from labreport.documents.shells import shell_mistakes

    report = project.report(name)
    folder = project.root / FOLDER / name
    works = outcome(citations.keys, folder)
    names = {
        "experiments": {name: fields(project.experiment(name)) for name in (*report.experiments, *report.left_out)},
        "parts": {experiment.part for experiment in report.experiments.values()},
        "datasets": {experiment.dataset.name for experiment in report.experiments.values()},
        "measurements": report.measurements,
        "figures": {name: item.options for name, item in report.figures.items()},
        "tables": {name: item.options for name, item in report.tables.items()},
        "claims": {name: naming.of_claim(item.kind.name) for name, item in report.claims.items()},
        **({} if isinstance(works, UserError) else {"works": works}),
    }
    found = {}
    shell = [report.latex["shell"]] if "shell" in report.latex else []
    for template in (*report.templates(lang), *shell):
        try:
            text = (project.root / template).read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise TemplateError(f"{template}: is no text in UTF-8 (byte {error.start}); save it so") from None
        except OSError as error:
            raise TemplateError(f"{template}: cannot be read: {error}") from None
        cover = template == report.covers.get(lang)
        found[template] = shell_mistakes(text) if template in shell else template_mistakes(text, names, folder, cover)
    told = [f"{template}: {mistake}" for template, mistakes in found.items() for mistake in mistakes]
    return [str(works), *told] if isinstance(works, UserError) else told


def _included(root: Path, report: str, text: str) -> Iterator[str]:
    """The files that a template names, each from beside the report's templates or from the folder above."""
    for statement in STATEMENT.findall(text):
        for name in QUOTED.findall(statement):
            path = PurePosixPath(name.lstrip("/"))
            places = (f"{FOLDER}/{report}/{path}", f"{FOLDER}/{path}")
            if ".." not in path.parts and (there := next((one for one in places if (root / one).is_file()), None)):
                yield there


def _text(path: Path) -> str:
    """A template's text; what cannot be read is told when it is asked for."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
