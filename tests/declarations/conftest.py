"""A copy of the project's declarations that a test may spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

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


@pytest.fixture
def project(tmp_path):
    return Copy(tmp_path / "project")
