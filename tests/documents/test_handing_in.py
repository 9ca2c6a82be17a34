"""The archive that is handed in, and what is refused of those that come."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from labreport.documents import zips
from labreport.documents.handing_in import FORMS, README, archive
from labreport.documents.zips import packed, unpack
from labreport.errors import DataError, ResultsError
from labreport.files import SUMS, file_digest, sums_faults, write_sums

FILES = {
    "latex": ["small.tex", "figures/plot.pdf", "spec.json", "provenance.json", "made.json", "code.json"],
    "markdown": ["small.md", "small/plot.svg", "spec.json", "provenance.json"],
    "html": ["small.html", "spec.json", "provenance.json"],
    "docx": ["small.docx", "spec.json", "provenance.json", "index.json"],
    "pdf": ["small.pdf", "SHA256SUMS"],
    "figures": [
        *(f"plot.{end}" for end in ("pdf", "svg", "png", "csv", "txt", "note", "log")),
        "index.json",
        "spec.json",
    ],
    "tables": ["results.csv", "results.json", "frames/metrics.csv", "index.json", "spec.json", "results.log"],
    "claims": ["close.json", "made.json", "spec.json", "close.log"],
}


@pytest.fixture
def spec(tmp_path, run_folder, monkeypatch):
    """The spec of a `pack` step whose folders are there; all texts were written from a bibliography, one measured."""
    bibliography, measurement = tmp_path / "small" / "references.bib", tmp_path / "measured"
    bibliography.parent.mkdir()
    bibliography.write_text("@misc{a}")
    monkeypatch.chdir(tmp_path)
    measurement.mkdir()
    (measurement / "measurement.csv").write_text("1")
    written = {"files": {"small/references.bib": "0" * 16}}
    for form, names in FILES.items():
        for name in names:
            path = tmp_path / form / name
            path.parent.mkdir(parents=True, exist_ok=True)
            more = {"measurements": {"cost": str(measurement)}} if form == "html" else {}
            said = json.dumps(written | more) if name == "spec.json" else f"{form} {name}"
            path.write_text("plot" if "plot.pdf" in name else said)
    run = run_folder("mycnn", 3)
    write_sums(run)
    parts = {form: str(tmp_path / form) for form in FILES}
    return {"report": "small", "lang": "en", "title": "A title", "parts": parts, "runs": [str(run)]}


def names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        return file.namelist()


def test_it_holds_every_form_and_every_run_below_one_folder(spec):
    run = Path(spec["runs"][0])
    written = [f"{form}/{name}" for form in FORMS[:4] for name in ("provenance.json", "spec.json")]
    wanted = [
        *(f"small.{end}" for end in ("tex", "md", "html", "docx", "pdf")),
        *(f"figures/plot.{end}" for end in ("csv", "note", "pdf", "png", "svg", "txt")),
        *("figures/spec.json", "small/plot.svg"),
        *("tables/frames/metrics.csv", "tables/results.csv", "tables/results.json", "tables/spec.json"),
        *("claims/close.json", "claims/spec.json"),
        *(f"text/{name}" for name in (*written, "sources/small/references.bib")),
        "text/measurements/cost/measurement.csv",
        *(f"runs/mycnn/{run.name}/{path.name}" for path in run.iterdir()),
        *(README, SUMS),
    ]
    assert names(archive(spec)) == sorted(f"small/{name}" for name in wanted)


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
    title, _, first, second = text.splitlines()[:4]
    assert (title, *re.findall(r"^\S+   +", f"{first}\n{second}", re.MULTILINE)) == (
        "A title", "small.pdf    ", "small.html   ",
    )  # fmt: skip
    assert "labreport verify ARCHIVE.zip" in text
    assert "latexmk -xelatex -no-shell-escape small.tex" in text
    for path in root.iterdir():
        assert path.name in text or path.name == README


@pytest.mark.parametrize("gone", ["html", "tables"])
def test_a_folder_that_is_gone_is_named(spec, tmp_path, gone):
    (tmp_path / gone).rename(tmp_path / "elsewhere")
    with pytest.raises(ResultsError, match=f"{gone}: is not there; build the report again"):
        archive(spec)


def test_a_file_that_is_gone_is_named(spec):
    Path("small/references.bib").unlink()
    with pytest.raises(ResultsError, match=r"small/references\.bib: cannot be read \(No such file"):
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
        ([("a//x", b"")], "leads out of the archive"),
        ([("a/./x", b"")], "leads out of the archive"),
        ([("a/x?", b"")], "'a/x.' leads out of the archive, or is no name everywhere; nothing was taken out"),
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


@pytest.mark.parametrize(
    ("limit", "most", "why"),
    [
        ("MOST_FILES", 1, "holds more than 1 files and 2 GiB"),
        ("MOST_IN_ALL", 4, "holds more than 20,000 files and 0 GiB"),
        ("MOST_BYTES", 2, "'a/x' has 3 bytes, 2 are allowed"),
    ],
)
def test_what_holds_more_than_any_report_is_not_taken_out(tmp_path, monkeypatch, limit, most, why):
    (tmp_path / "x.zip").write_bytes(packed({"a/x": b"one", "a/y": b"tw"}))
    monkeypatch.setattr(zips, limit, most)
    with pytest.raises(DataError, match=why):
        unpack(tmp_path / "x.zip", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(zips, limit, most + 1)
    assert (unpack(tmp_path / "x.zip", tmp_path / "out") / "y").read_bytes() == b"tw"


def test_a_folder_in_an_archive_and_plain_text_pass(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a/", b"")
        file.writestr("a/long", b" " * (1 << 20))
    assert unpack(tmp_path / "x.zip", tmp_path / "out") == tmp_path / "out" / "a"


def test_an_encrypted_file_is_said_to_be(tmp_path):
    data = bytearray(packed({"a/x": b"words"}))
    for place in (6, data.index(b"PK\x01\x02") + 8):
        data[place] |= 1
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(DataError, match="'a/x' is encrypted"):
        unpack(tmp_path / "x.zip", tmp_path / "out")


def test_an_archive_tells_neither_when_nor_where_it_was_made():
    (found,) = zipfile.ZipFile(io.BytesIO(packed({"a/x": b"words " * 100}))).infolist()
    assert (found.date_time, found.create_system, oct(found.external_attr >> 16)) == (
        (1980, 1, 1, 0, 0, 0),
        3,
        "0o100644",
    )
    assert found.compress_size < found.file_size / 10


def test_how_much_an_archive_holds(tmp_path):
    (tmp_path / "x.zip").write_bytes(packed({"a/x": b"one", "a/y": b"tw"}))
    (tmp_path / "no.zip").write_bytes(b"words")
    assert [zips.unpacked_size(tmp_path / f"{name}.zip") for name in ("x", "no")] == [5, 0]
    for use in (zips.unpacked_size, lambda path: unpack(path, tmp_path / "out")):
        with pytest.raises(DataError, match=r"absent\.zip: no such file"):
            use(tmp_path / "absent.zip")


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
