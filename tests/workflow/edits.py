"""Edits of a project, for the table of what each has done again."""

from __future__ import annotations

import ast
from collections.abc import Callable

from .project import Project

Change = Callable[[Project], None]
# Modules of which homework2 prints a piece: what is printed shows comments and line numbers.
PRINTED = ("src/labreport/models/cnn.py", "src/labreport/models/rnn.py")
TINY = '''"""A model that nobody uses."""

from __future__ import annotations

from torch import nn


class Tiny(nn.Module):
    """(batch, 3, h, w) -> (batch, classes)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.readout = nn.Linear(3, classes)

    def forward(self, x):
        return self.readout(x.mean(dim=(2, 3)))
'''


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


def new_model(project: Project) -> None:
    project.write("src/labreport/models/tiny.py", TINY)
    line = '    "tiny": "labreport.models.tiny:Tiny",\n'
    project.rewrite("src/labreport/models/registry.py", lambda text: text.replace("}", line + "}"))


def rules_commented(project: Project) -> None:
    for path in [project.root / "Snakefile", *sorted((project.root / "workflow").rglob("*.smk"))]:
        project.rewrite(str(path.relative_to(project.root)), lambda text: f"# A remark.\n{text}")


def yaml_rewritten(project: Project) -> None:
    for path in sorted((project.root / "config").rglob("*.yaml")):
        project.edit(str(path.relative_to(project.root)), lambda value: value)


def mirrors_swapped(project: Project) -> None:
    project.edit("config/datasets.yaml", lambda value: value["cifar10"]["mirrors"].reverse())
    project.edit(
        "config/datasets.yaml",
        lambda value: value["cifar10"].update(homepage="https://example.org/", licence="another"),
    )


def without_prepared_data(project: Project) -> None:
    files = [path for path in (project.root / "results/data").rglob("*") if path.is_file()]
    for path in files:
        project.remove(str(path.relative_to(project.root)))
    assert len(files) > 3


def taken_back(project: Project) -> None:
    arm("images", "mycnn", learning_rate=0.0005)(project)
    code("models/resnet")(project)
    project.restore()


def swapped(project: Project) -> None:
    """The values of learning rate and weight decay, which are 0.01 and 0.0005."""
    optimizer = {"name": "SGD", "parameters": {"momentum": 0.9, "weight_decay": 0.01}}
    arm("augmented", "lenet5", learning_rate=0.0005, optimizer=optimizer)(project)
