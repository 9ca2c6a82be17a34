"""What lies in the results of a project and what of it `labreport prune` would list."""

from __future__ import annotations

import json
import os
import time

from labreport.commands.leftovers import leftovers
from labreport.commands.references import references
from labreport.planning.keys import key_of
from tests.declarations.conftest import set_at

ARM = "experiments/small.yaml"
# A key that nothing leads to.
OTHER = "0123456789abcdef"


def listed(project, **settings):
    refers = references(project.root, settings)
    return {one.path: one for one in leftovers(project.root, refers.used, refers.superseded)}


def put(project, path, text="x", old=True):
    """A file of an hour and a bit ago."""
    file = project.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    if old:
        for one in (file, file.parent):
            os.utime(one, (time.time() - 4000,) * 2)
    return file


def changed(project, names=("cnn3", "resnet_small")):
    """Runs that were trained before a setting of theirs was changed."""
    plan = project.plan()
    runs = project.train(plan, *names)
    change(project)
    return runs


def from_other_code(project, run):
    """A finished run that code which was edited since made, as its folder tells it."""
    folder = project.root / run.folder
    spec = json.loads((folder / "spec.json").read_text())
    spec["code"] = "f" * 16
    (folder / "spec.json").write_text(json.dumps(spec))
    moved = folder.with_name(key_of(spec))
    folder.rename(moved)
    return moved.relative_to(project.root).as_posix()


def change(project):
    project.edit(ARM, set_at(["shared", "learning_rate"], 0.02))
