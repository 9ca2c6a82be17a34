"""A copy of the project's declarations that a test may spoil."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml

from labreport.declarations.project import load
from labreport.errors import UserError

PROJECT = Path(__file__).resolve().parents[2]


class Copy:
    """A project folder with config/ only."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(PROJECT / "config", root / "config")

    def edit(self, path, change):
        """Apply `change(mapping)` to a YAML file."""
        file = self.root / "config" / path
        value = yaml.safe_load(file.read_text())
        change(value)
        file.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False))

    def write(self, path, text):
        """Replace a file under config/."""
        (self.root / "config" / path).write_text(text)


def refused(project, pattern, **overrides):
    """The message with which the declarations are refused."""
    with pytest.raises(UserError) as caught:
        load(project.root, overrides)
    text = str(caught.value)
    assert re.search(pattern, text), text
    assert "Traceback" not in text
    return text


def set_at(path, value):
    """A change for `Copy.edit`: one value, however deep."""

    def change(mapping):
        *way, last = path
        for key in way:
            mapping = mapping[key]
        mapping[last] = value

    return change


@pytest.fixture
def project(tmp_path):
    return Copy(tmp_path / "project")
