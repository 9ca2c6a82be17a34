"""Documents are copied to where users open them, each file whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from labreport.steps.documents import deliver


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A text with pictures, as the write step leaves it."""
    folder = tmp_path / "results" / "texts" / "small.en.md" / "key"
    (folder / "small.en").mkdir(parents=True)
    (folder / "small.md").write_text("![](small.en/a.svg)")
    for name in "ab":
        (folder / "small.en" / f"{name}.svg").write_text(f"picture {name}")
    return folder / "small.md"


def test_markdown_comes_with_its_pictures(text: Path, tmp_path: Path) -> None:
    out = tmp_path / "report" / "small.en.md"
    for _ in range(2):
        deliver([text, out])
        assert out.read_text() == "![](small.en/a.svg)"
        pictures = {path.name: path.read_text() for path in (tmp_path / "report" / "small.en").iterdir()}
        assert pictures == {"a.svg": "picture a", "b.svg": "picture b"}
        assert sorted(os.listdir(tmp_path / "report")) == ["small.en", "small.en.md"]


def test_a_pdf_comes_alone(text: Path, tmp_path: Path) -> None:
    document = text.with_name("small.pdf")
    document.write_bytes(b"%PDF")
    deliver([document, tmp_path / "report" / "small.en.pdf"])
    assert (tmp_path / "report" / "small.en.pdf").read_bytes() == b"%PDF"
    assert os.listdir(tmp_path / "report") == ["small.en.pdf"]


def test_what_cannot_be_copied_leaves_the_old_document(text: Path, tmp_path: Path, monkeypatch) -> None:
    out = tmp_path / "report" / "small.en.md"
    deliver([text, out])
    text.write_text("new")

    def cut(source: Path, destination: Path) -> None:
        Path(destination).write_text("n")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", cut)
    with pytest.raises(OSError, match="No space left"):
        deliver([text, out])
    assert out.read_text() == "![](small.en/a.svg)"
    assert (tmp_path / "report" / "small.en" / "a.svg").read_text() == "picture a"
    assert sorted(os.listdir(tmp_path / "report")) == ["small.en", "small.en.md"]
