"""The gallery: its page names the pictures that there are, and the tool says what it lacks."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path("tools/gallery")


@pytest.fixture(scope="module")
def tool() -> dict[str, object]:
    return runpy.run_path(str(TOOL))


def test_the_page_is_the_tools_and_every_picture_is_there(tool: dict[str, object]) -> None:
    text = Path("docs/gallery.md").read_text(encoding="utf-8")
    assert text == tool["page"]()  # type: ignore[operator]
    named = re.findall(r"\]\((images/\S+)\)", text)
    assert sorted(named) == sorted(f"images/gallery/{path.name}" for path in Path("docs/images/gallery").iterdir())
    assert sum((Path("docs") / name).stat().st_size for name in named) < 1_000_000
    assert "docs/gallery.md" in Path("README.md").read_text(encoding="utf-8")


def test_what_is_missing_is_told_in_a_line(tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, TOOL.resolve()], capture_output=True, text=True, cwd=tmp_path, env=environment, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "error: pdftoppm is not here; install Debian's package poppler-utils\n"
