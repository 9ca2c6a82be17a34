"""Edits of a project, for the table of what each has done again."""

from __future__ import annotations

import ast
from collections.abc import Callable

from .project import Project

Change = Callable[[Project], None]


def code(module: str) -> Change:
    """An edit of a module that has a meaning."""
    return lambda project: project.rewrite(f"src/labreport/{module}.py", lambda text: f"{text}\nUNUSED = 1\n")


def arm(part: str, name: str, **settings: object) -> Change:
    """An edit of an experiment, or a new one."""
    file = f"config/experiments/{part}.yaml"
    return lambda project: project.edit(file, lambda value: value["arms"].setdefault(name, {}).update(settings))


def item(report: str, group: str, name: str, **options: object) -> Change:
    """An edit of a figure, table or claim."""
    return lambda project: project.edit(
        f"config/reports/{report}.yaml", lambda value: value[group][name].update(options)
    )


def number(experiment: str, file: str, column: str) -> Change:
    """Another number in the last row of a run's CSV file."""

    def change(project: Project) -> None:
        path = project.run_file(experiment, file)
        lines = (project.root / path).read_text(encoding="utf-8").splitlines()
        cells = lines[-1].split(",")
        cells[lines[0].split(",").index(column)] = "0.123"
        project.write(path, "\n".join([*lines[:-1], ",".join(cells)]) + "\n")

    return change


def several(*changes: Change) -> Change:
    """One edit after the other."""

    def change(project: Project) -> None:
        for one in changes:
            one(project)

    return change


def in_report(report: str, experiment: str) -> Change:
    """A report that shows one experiment more."""
    return lambda project: project.edit(
        f"config/reports/{report}.yaml", lambda value: value["experiments"].append(experiment)
    )


def dataset(name: str, **settings: object) -> Change:
    """An edit of a data set, or a new one."""
    return lambda project: project.edit(
        "config/datasets.yaml", lambda value: value.setdefault(name, {}).update(settings)
    )


def every_module(change: Callable[[str], str], *, but: tuple[str, ...] = ()) -> Change:
    """One edit of the text of every module but some and those that hold no more than a docstring."""

    def edit(project: Project) -> None:
        modules = [name for name in project.sources() if name not in but and not name.endswith("__init__.py")]
        for name in modules:
            project.rewrite(name, change)
        assert len(modules) > 100

    return edit


def commented(text: str) -> str:
    """Source with a comment above and below, so that every line has another number."""
    return f"# A remark.\n{text}# Another one.\n"


def other_docstrings(text: str) -> str:
    """Source in which every docstring says something else."""
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            row = node.body[0].lineno - 1
            lines[row] = lines[row].replace('"""', '"""In other words: ', 1)
    return "\n".join(lines) + "\n"


def reformatted(text: str) -> str:
    """Source as Python itself would write it: without comments, with other quotes, breaks and brackets."""
    return ast.unparse(ast.parse(text)) + "\n"
