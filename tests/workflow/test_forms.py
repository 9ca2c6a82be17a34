"""The forms beside PDF and Markdown, made by the real workflow of what is there already."""

from __future__ import annotations

import subprocess
import zipfile

from .conftest import snakemake
from .project import run

FORMS = ["report/practice1.html", "report/practice1.docx", "report/practice1.zip"]
MOST_BYTES = 3_000_000  # of a page


def test_a_report_is_handed_in_and_typeset_elsewhere(edited, tmp_path):
    made = snakemake(edited, "--cores", "1", *FORMS)
    assert "train " not in made.stderr
    assert "typeset " not in made.stderr
    assert all(f"deliver {form}" in made.stderr for form in FORMS)
    assert (edited / FORMS[0]).stat().st_size < MOST_BYTES
    assert "Nothing to be done" in snakemake(edited, "--cores", "1", *FORMS).stderr
    for name in (FORMS[2], "practice1"):
        done = run(edited, [".venv/bin/labreport", "verify", name])
        assert done.returncode == 0, done.stdout
    with zipfile.ZipFile(edited / FORMS[2]) as file:
        file.extractall(tmp_path / "elsewhere")
    folder = tmp_path / "elsewhere" / "practice1"
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    (folder / "practice1.pdf").unlink()
    words = ["latexmk", "-norc", "-xelatex", "-no-shell-escape", "-interaction=nonstopmode", "practice1.tex"]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    assert (folder / "practice1.pdf").is_file()
