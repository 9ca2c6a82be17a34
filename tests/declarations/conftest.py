"""A copy of the project's declarations that a test may spoil."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from labreport.declarations.project import Project
from labreport.errors import UserError

PROJECT = Path(__file__).resolve().parents[2]


class Copy:
    """A project folder with config/ and templates/ only."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("config", "templates"):
            shutil.copytree(PROJECT / name, root / name)

    def load(self, scale="demo", **settings):
        """What is declared at a scale."""
        return Project(self.root, {"scale": scale, **settings})

    def edit(self, path, change):
        """Apply `change(mapping)` to a YAML file."""
        file = self.root / "config" / path
        value = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        change(value)
        file.write_text(
            yaml.dump(value, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )

    def write(self, path, text):
        """Replace a file under config/."""
        (self.root / "config" / path).write_text(text, encoding="utf-8")

    def report(self, **groups):
        """Write a report of its own, `own`, with a template."""
        report = {"title": "T", "authors": ["A"], **groups}
        self.write("reports/own.yaml", yaml.safe_dump(report))
        (self.root / "templates/own").mkdir(exist_ok=True)
        (self.root / "templates/own/en.md.j2").write_text("Words.\n", encoding="utf-8")


def refused(project, pattern, scale="demo", **settings):
    """The message with which something that is declared is refused."""
    try:
        found = project.load(scale, **settings).mistakes()
    except UserError as error:
        found = [str(error)]
    text = "\n".join(found)
    assert re.search(pattern, text), text
    assert "Traceback" not in text
    return text


def set_at(path, value):
    """A change for `Copy.edit`: one value, however deep."""

    def change(mapping):
        *way, last = path
        for key in way:
            mapping = mapping.setdefault(key, {}) if isinstance(mapping, Mapping) else mapping[key]
        mapping[last] = value

    return change


@pytest.fixture
def project(tmp_path):
    return Copy(tmp_path / "project")
