"""The archive that is handed in, and what is refused of those that come."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from labreport.documents.handing_in import README, archive
from labreport.documents.zips import packed, unpack
from labreport.errors import DataError, ResultsError
from labreport.files import SUMS, file_digest, sums_faults, write_sums


@pytest.fixture
def spec(tmp_path, run_folder):
    """The spec of a `pack` step whose folders are there."""
    files = {
        "latex": ["small.tex", "figures/plot.pdf", "spec.json", "provenance.json", "made.json"],
        "markdown": ["small.md", "small/plot.svg", "spec.json", "provenance.json"],
        "html": ["small.html", "spec.json", "provenance.json"],
        "docx": ["small.docx", "spec.json", "provenance.json"],
        "pdf": ["small.pdf"],
        "figures": ["plot.pdf", "plot.svg", "plot.png", "plot.csv", "plot.txt", "index.json", "spec.json"],
        "tables": ["results.csv", "results.json", "frames/metrics.csv", "spec.json"],
    }
    for form, names in files.items():
        for name in names:
            path = tmp_path / form / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("plot" if "plot.pdf" in name else f"{form} {name}")
    run = run_folder("mycnn", 3)
    write_sums(run)
    parts = {form: str(tmp_path / form) for form in files}
    return {"report": "small", "lang": "en", "title": "A title", "parts": parts, "runs": [str(run)]}


def names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        return file.namelist()


def test_it_holds_every_form_and_every_run_below_one_folder(spec):
    found = names(archive(spec))
    assert found == sorted(found)
    run = f"small/runs/{'/'.join(Path(spec['runs'][0]).parts[-2:])}"
    wanted = [f"{run}/{name}" for name in ("spec.json", "environment.json", "metrics.csv", "predictions.npz", SUMS)]
    wanted += [f"small/small.{form}" for form in ("tex", "pdf", "md", "html", "docx")]
    wanted += ["small/figures/plot.pdf", "small/figures/plot.png", "small/small/plot.svg", "small/tables/results.csv"]
    wanted += ["small/tables/frames/metrics.csv", f"small/{README}", f"small/{SUMS}"]
    assert set(wanted) <= set(found)
    assert not any(name.endswith(("made.json", "index.json")) for name in found)


def test_its_digests_fit_and_its_bytes_are_the_same_every_time(spec, tmp_path):
    data = archive(spec)
    assert archive(spec) == data
    (tmp_path / "x.zip").write_bytes(data)
    root = unpack(tmp_path / "x.zip", tmp_path / "out")
    assert root == tmp_path / "out" / "small"
    assert list(sums_faults(root)) == []
    run = Path(spec["runs"][0])
    assert file_digest(root / "runs" / run.parent.name / run.name / "metrics.csv") == file_digest(run / "metrics.csv")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_its_readme_names_what_it_holds_and_how_to_check_it(spec, tmp_path, lang):
    (tmp_path / "x.zip").write_bytes(archive({**spec, "lang": lang}))
    root = unpack(tmp_path / "x.zip", tmp_path / "out")
    text = (root / README).read_text(encoding="utf-8")
    assert "labreport verify ARCHIVE.zip" in text
    assert "latexmk -xelatex -no-shell-escape small.tex" in text
    for path in root.iterdir():
        assert path.name in text or path.name == README


@pytest.mark.parametrize("gone", ["html", "tables"])
def test_a_folder_that_is_gone_is_named(spec, tmp_path, gone):
    (tmp_path / gone).rename(tmp_path / "elsewhere")
    with pytest.raises(ResultsError, match=f"{gone}: is not there; build the report again"):
        archive(spec)


def test_a_run_that_is_gone_is_named(spec):
    (Path(spec["runs"][0]) / SUMS).unlink()
    with pytest.raises(ResultsError, match="holds no finished run"):
        archive(spec)


def link() -> zipfile.ZipInfo:
    about = zipfile.ZipInfo("a/link")
    about.external_attr = 0o120777 << 16
    return about


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ([("../x", b"")], "leads out of the archive"),
        ([("a/../../x", b"")], "leads out of the archive"),
        ([("/etc/x", b"")], "leads out of the archive"),
        ([("a\\..\\x", b"")], "leads out of the archive"),
        ([("C:/x", b"")], "leads out of the archive"),
        ([(link(), b"/etc/passwd")], "is no plain file"),
        ([("a/x", b"1"), ("a/X", b"2")], "two files in it have one name"),
        ([("a/x", b"1"), ("b/x", b"2")], "holds one folder, found 2"),
        ([("x", b"1")], "holds one folder"),
        ([], "holds one folder, found 0"),
        ([("a/x", bytes(50_000_000))], "is packed more densely"),
    ],
)
def test_what_is_not_safe_is_not_taken_out(tmp_path, members, why):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    with pytest.raises(DataError, match=why):
        unpack(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("data", [b"", b"no zip", packed({"a/x": b"words" * 100})[:-30]])
def test_what_is_damaged_is_said_to_be(tmp_path, data):
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(DataError, match=r"cannot be read as a zip .*; it is damaged, ask for it again"):
        unpack(tmp_path / "x.zip", tmp_path / "out")


def test_a_changed_byte_is_found(tmp_path):
    data = bytearray(packed({"a/x": b"words that are packed"}))
    data[40] ^= 1
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(DataError, match="cannot be read as a zip"):
        unpack(tmp_path / "x.zip", tmp_path / "out")
