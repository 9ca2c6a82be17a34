"""What sets a report's PDF: a LaTeX shell, a class and files of its own, each found before anything runs."""

from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from pydantic import Field

from labreport.artifacts.artifact import CLASS_FILES, TEX_FILES
from labreport.declarations.fields import Strict
from labreport.declarations.mistakes import shown
from labreport.errors import DeclarationError
from labreport.spelling import did_you_mean

FOLDER = "templates"


class Latex(Strict):
    """How a report's PDF is set, where not as other reports' are; files as `beside` finds them."""

    shell: str | None = None
    document_class: Annotated[str | None, Field(alias="class", pattern=r"^[A-Za-z][\w-]{0,63}$")] = None
    options: list[Annotated[str, Field(pattern=r"^[^{}%\\\s]+$")]] = []
    files: list[str] = []


def latex_of(root: Path, report: str, declared: Latex, where: str) -> dict[str, Any]:
    """What a report's PDF is set by; classes and packages of its own are found where they lie beside its text.

    Raises:
        DeclarationError: a file is not there, has another ending than TeX reads, or has the name of another.
    """
    if declared.options and not declared.document_class:
        raise DeclarationError(f"{where}: latex.options: are of a class; name it (class: article), or leave them out")
    at = f"{where}: latex.files"
    files = [beside(root, report, name, at) for name in declared.files]
    own = sorted((root / FOLDER / report).iterdir())
    files += [path.relative_to(root).as_posix() for path in own if path.suffix in CLASS_FILES and path.is_file()]
    files = list(dict.fromkeys(files))
    names = [PurePosixPath(path).name for path in files]
    for name in names:
        if PurePosixPath(name).suffix not in TEX_FILES:
            raise DeclarationError(f"{at}: found {shown(name)}, allowed are files that end in {', '.join(TEX_FILES)}")
        if names.count(name) > 1:
            raise DeclarationError(f"{at}: two files have the name {name}; give one of them another name")
    found = {
        "shell": declared.shell and beside(root, report, declared.shell, f"{where}: latex.shell"),
        "class": declared.document_class,
        "options": declared.options,
        "files": files,
    }
    return {key: value for key, value in found.items() if value}


def beside(root: Path, report: str, name: str, at: str) -> str:
    """A file of a report: beside its text, or in `templates/` for several reports; relative to the project.

    Raises:
        DeclarationError: it is not there, or lies elsewhere.
    """
    folders = (f"{FOLDER}/{report}", FOLDER)
    for path in (f"{folder}/{name}" for folder in folders):
        if PurePosixPath(name).is_absolute() or not (root / path).resolve().is_relative_to((root / FOLDER).resolve()):
            raise DeclarationError(f"{at}: found {shown(name)}, which leads out of {FOLDER}/; copy it to {folders[0]}/")
        if (root / path).is_file():
            return PurePosixPath(path).as_posix()
    there = [one.relative_to(root / folders[0]).as_posix() for one in (root / folders[0]).rglob("*") if one.is_file()]
    near = did_you_mean(name, there)
    raise DeclarationError(f"{at}: found {shown(name)}, no such file in {folders[0]}/ or {FOLDER}/{near}")
