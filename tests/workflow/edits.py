"""Edits of a project, for the table of what each has done again."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Callable

from .project import Project

Change = Callable[[Project], None]
# Modules of which homework2 prints a piece: what is printed shows comments and line numbers.
PRINTED = ("src/labreport/models/cnn.py", "src/labreport/models/rnn.py")
ADAM = {"name": "Adam", "parameters": {"betas": [0.9, 0.999], "amsgrad": False}}  # with defaults written out
TINY = '''

class Tiny(nn.Module):
    """(batch, 3, h, w) -> (batch, classes)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.readout = nn.Linear(3, classes)

    def forward(self, x):
        return self.readout(x.mean(dim=(2, 3)))
'''


def code(module: str, name: str) -> Change:
    """An edit of a function, or of a class's method such as `LeNet5.forward`, that has a meaning."""

    def change(text: str) -> str:
        body = ast.parse(text).body
        for part in name.split("."):
            (node,) = (one for one in body if isinstance(one, ast.ClassDef | ast.FunctionDef) and one.name == part)
            body = node.body
        documented = ast.get_docstring(node) is not None
        row = body[1 if documented and len(body) > 1 else 0].lineno - 1
        lines = text.splitlines()
        indent = " " * node.body[0].col_offset
        return "\n".join([*lines[:row], f"{indent}_ = 1", *lines[row:]]) + "\n"

    return lambda project: project.rewrite(f"src/labreport/{module}.py", change)


def text(module: str, old: str, new: str) -> Change:
    """An edit of the text of a module."""
    return lambda project: project.replace(f"src/labreport/{module}.py", old, new)


def appended(module: str, more: str) -> Change:
    """A module that defines more."""
    return lambda project: project.rewrite(f"src/labreport/{module}.py", lambda text: text + more)


def arm(part: str, name: str, **settings: object) -> Change:
    """An edit of an experiment, or a new one."""
    file = f"config/experiments/{part}.yaml"
    return lambda project: project.edit(file, lambda value: value["arms"].setdefault(name, {}).update(settings))


def shared(part: str, **settings: object) -> Change:
    """An edit of what all arms of an experiment share."""
    return lambda project: project.edit(
        f"config/experiments/{part}.yaml", lambda value: value["shared"].update(settings)
    )


def item(report: str, group: str, name: str, **options: object) -> Change:
    """An edit of a figure, table or claim."""
    return lambda project: project.edit(
        f"config/reports/{report}.yaml", lambda value: value[group][name].update(options)
    )


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


def renamed(part: str, report: str, old: str, new: str) -> Change:
    """An arm with another name, wherever it is named but in templates."""

    def change(project: Project) -> None:
        files = [f"config/experiments/{part}.yaml", f"config/reports/{report}.yaml"]
        files += [f"config/scales/{scale}.yaml" for scale in ("demo", "lite")]
        files += [f"templates/{report}/{lang}.md.j2" for lang in ("zh", "en")]
        for file in files:
            project.rewrite(file, lambda text: re.sub(rf"(?<!/)\b{old}\b", new, text))

    return change


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


def commented(source: str) -> str:
    """Source with a comment above and below, so that every line has another number."""
    return f"# A remark.\n{source}# Another one.\n"


def other_docstrings(source: str) -> str:
    """Source in which every docstring says something else."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            row = node.body[0].lineno - 1
            lines[row] = lines[row].replace('"""', '"""In other words: ', 1)
    return "\n".join(lines) + "\n"


def reformatted(source: str) -> str:
    """Source as Python itself would write it: without comments, with other quotes, breaks and brackets."""
    return ast.unparse(ast.parse(source)) + "\n"


def new_model(project: Project) -> None:
    appended("models/resnet", TINY)(project)
    line = '    "tiny": "labreport.models.resnet:Tiny",\n'
    project.rewrite("src/labreport/models/registry.py", lambda source: source.replace("}", line + "}"))


def new_setting(project: Project) -> None:
    """An optional setting of experiments that nobody states."""
    text("declarations/settings", "    augment: list", "    clip: Rate | None = None\n    augment: list")(project)


def rules_commented(project: Project) -> None:
    for path in [project.root / "Snakefile", *sorted((project.root / "workflow").rglob("*.smk"))]:
        project.rewrite(str(path.relative_to(project.root)), lambda source: f"# A remark.\n{source}")


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
    for path in [path for path in (project.root / "results/data").rglob("*") if path.is_file()]:
        project.remove(str(path.relative_to(project.root)))
    assert len([*project.root.glob("results/data/*/*")]) > 3


def both(one: Change, other: Change) -> Change:
    """One edit after the other."""

    def change(project: Project) -> None:
        one(project)
        other(project)

    return change


def without_run(experiment: str) -> Change:
    """A run's folder is removed, to have it measured again."""

    def change(project: Project) -> None:
        folder = project.run_folder(experiment)
        for path in [*folder.iterdir(), folder.with_name(f"{folder.name}.done")]:
            project.remove(str(path.relative_to(project.root)))
        shutil.rmtree(folder)
        project.write(f"results/runs/{folder.parent.name}/{folder.name}.done", "{}")

    return change


def without_figure(place: str, name: str) -> Change:
    """A figure's file is removed, for instance to have it drawn again."""

    def change(project: Project) -> None:
        (file,) = project.root.glob(f"results/figures/{place}/*/{name}.svg")
        project.remove(str(file.relative_to(project.root)))

    return change


def taken_back(project: Project) -> None:
    arm("images", "mycnn", learning_rate=0.0005)(project)
    code("models/resnet", "BasicBlock.forward")(project)
    project.restore()


def swapped(project: Project) -> None:
    """The values of learning rate and weight decay, which are 0.01 and 0.0005."""
    optimizer = {"name": "SGD", "parameters": {"momentum": 0.9, "weight_decay": 0.01}}
    arm("augmented", "lenet5", learning_rate=0.0005, optimizer=optimizer)(project)
