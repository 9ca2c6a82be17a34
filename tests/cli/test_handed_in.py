"""`labreport verify NAME.zip` finds what was changed in an archive after it was handed in."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from labreport.documents.zips import packed, unpack, unpacked
from labreport.files import files_below, write_sums

ZIP = "report/own.en.zip"


@pytest.fixture(scope="module")
def handed_in(made, tmp_path_factory):
    """The archive of the project's report, made once."""
    from .conftest import Project, _entered

    with pytest.MonkeyPatch.context() as patch:
        project = Project(_entered(made, tmp_path_factory.mktemp("handed_in") / "project", patch))
        project.make(ZIP)
        return Path(ZIP).resolve()


@pytest.fixture
def altered(handed_in, tmp_path):
    """`altered(change, seal)`: the archive after a change of its folder, whose digests are written anew or not."""

    def make(change, seal=()):
        root = unpack(handed_in, tmp_path / "taken")
        change(root)
        for folder in seal:
            (path,) = root.glob(folder) if folder else [root]
            write_sums(path)
        names = [*files_below(root), *(path.relative_to(root).as_posix() for path in root.rglob("SHA256SUMS"))]
        out = tmp_path / "own.zip"
        out.write_bytes(packed({f"own/{name}": (root / name).read_bytes() for name in sorted(set(names))}))
        return str(out)

    return make


def run_of(root: Path, model: str = "CNN3") -> Path:
    (folder,) = root.glob(f"runs/{model}-cifar10/*")
    return folder


def summarised(root: Path) -> None:
    path = run_of(root) / "summary.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "val_accuracy": 0.99}))


def respecified(root: Path) -> None:
    path = run_of(root) / "spec.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "seed": 99}))


def retabulated(root: Path) -> None:
    path = root / "tables/results.csv"
    path.write_text(re.sub(r"0\.\d+", "0.99", path.read_text()))


def rejudged(root: Path) -> None:
    path = root / "claims/close.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "outcome": "refuted"}))


def reworded(name: str) -> Callable[[Path], None]:
    """The last digit of a file is another one, of a Word file that of its text."""

    def change(root: Path) -> None:
        path = root / name
        parts = unpacked(path.read_bytes()) if path.suffix == ".docx" else {"": path.read_bytes()}
        inside = "word/document.xml" if path.suffix == ".docx" else ""
        *_, last = re.finditer(rb"\d", parts[inside])
        other = b"%d" % ((int(last[0]) + 1) % 10)
        parts[inside] = parts[inside][: last.start()] + other + parts[inside][last.end() :]
        path.write_bytes(packed(parts) if path.suffix == ".docx" else parts[inside])

    return change


def led_out(key: str) -> Callable[[Path], None]:
    """The text's spec names a file of whoever verifies it."""

    def change(root: Path) -> None:
        path = root / "text/markdown/spec.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), key: "../../../etc/passwd"}))

    return change


def best_epoch(root: Path) -> None:
    """The best accuracy is another one than that of any epoch."""
    path = run_of(root) / "summary.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "best_val_accuracy": 0.99}))


def relabelled(root: Path) -> None:
    """A task that would write a file."""
    path = run_of(root) / "spec.json"
    spec = json.loads(path.read_text())
    spec["task"]["target"], spec["training"]["loss"] = "labreport.files:write_text", "words"
    path.write_text(json.dumps(spec))
    summary = run_of(root) / "summary.json"
    told = json.loads(summary.read_text())
    summary.write_text(json.dumps({**told, "classes": str(root.parent / "written")}))


def test_it_matches_and_holds_everything(handed_in, project, labreport):
    said = labreport("verify", str(handed_in))
    assert (said.status, said.error) == (0, ""), said.lines
    limits, line = said.lines
    assert limits.startswith("not derived again: the PDF, the pictures of figures, the words of the template, ")
    assert re.search(
        r"own\.en\.zip: \d+ files, 2 runs, 1 figure, 2 tables, 1 claim, 4 texts compared; digest \w{16}; "
        "everything matches$",
        line,
    )
    with zipfile.ZipFile(handed_in) as file:
        assert {f"own/own.{form}" for form in ("tex", "pdf", "md", "html", "docx")} <= set(file.namelist())


@pytest.mark.parametrize(
    ("change", "seal", "found"),
    [
        (lambda root: (root / "own.md").write_text("other"), (), "own.md does not have the digest"),
        (lambda root: (root / "own.pdf").unlink(), (), "own.pdf cannot be read"),
        (lambda root: (root / "more.txt").write_text("x"), (), "more.txt was added"),
        (lambda root: (run_of(root) / "more.txt").write_text("x"), ("",), "more.txt has no digest"),
        (summarised, (), "summary.json does not have the digest"),
        (summarised, ("",), "summary.json does not have the digest that SHA256SUMS states"),
        (summarised, ("runs/CNN3-cifar10/*", ""), "summary.json: line"),
        (respecified, ("runs/CNN3-cifar10/*", ""), "spec.json has the key"),
        (retabulated, ("",), "tables/results.csv: line 2: found"),
        (rejudged, ("",), "claims/close.json: line"),
        (reworded("own.md"), ("",), "own.md: line"),
        (reworded("own.tex"), ("",), "own.tex: line"),
        (reworded("own.html"), ("",), "own.html: line"),
        (reworded("own.docx"), ("",), "own.docx: is not what comes out of the runs"),
        (reworded("README.txt"), ("",), "README.txt: line"),
        (reworded("own/loss.svg"), ("",), "own/loss.svg: line"),
        (reworded("tables/frames/runs.csv"), ("",), "tables/frames/runs.csv: line"),
        (reworded("tables/cost.json"), ("",), "tables/cost.json: line"),
        (reworded("text/sources/templates/own/en.md.j2"), ("",), "own.tex: line"),
        (lambda root: (root / "own.pdf").unlink(), ("",), "own.pdf: is missing"),
        (lambda root: (root / "figures/loss.png").unlink(), ("",), "figures/loss.png: is missing"),
        (lambda root: shutil.rmtree(root / "text"), ("",), "own.html: cannot be derived (ResultsError: text/html/spec"),
        (led_out("template"), ("",), "own.md: cannot be derived (ResultsError: text/markdown/spec.json names a file"),
        (led_out("report"), ("",), "own.md: cannot be derived (ResultsError: text/markdown/spec.json names a file"),
        (best_epoch, ("runs/CNN3-cifar10/*", ""), "summary.json: line"),
        (relabelled, ("runs/CNN3-cifar10/*", ""), "names a task or a loss that this project does not have"),
        (
            lambda root: (root / "tables/spec.json").write_text("[]"),
            ("",),
            "tables/spec.json: names no tables",
        ),
        (lambda root: (run_of(root) / "predictions.npz").unlink(), ("runs/CNN3-cifar10/*", ""), "cannot be derived"),
        (lambda root: (root / "SHA256SUMS").unlink(), (), "SHA256SUMS cannot be read"),
    ],
)
def test_a_change_is_found(altered, project, labreport, change, seal, found):
    said = labreport("verify", altered(change, seal))
    assert said.status == 1
    assert any(found in line for line in said.lines[:-1]), said.lines
    assert "did not match" in said.lines[-1]


def test_an_archive_without_runs_proves_nothing(project, labreport, tmp_path):
    (tmp_path / "x.zip").write_bytes(packed({"own/own.md": b"words", "own/SHA256SUMS": b""}))
    said = labreport("verify", str(tmp_path / "x.zip"))
    assert said.status == 1
    assert "runs/: holds no run, from which a number could be derived" in said.lines


@pytest.mark.parametrize("data", [b"", packed({"../x": b""})])
def test_what_may_not_be_taken_out_is_refused_in_one_line(project, labreport, tmp_path, data):
    (tmp_path / "x.zip").write_bytes(data)
    said = labreport("verify", str(tmp_path / "x.zip"))
    assert said.status == 1
    assert said.error.startswith("error: ")
    assert len(said.error.splitlines()) == 1


def test_every_form_is_planned_shown_and_verified(project, labreport):
    project.make("report/own.en.html", "report/own.en.docx", ZIP)
    assert labreport("plan", "report/own.en.html", "report/own.en.docx", ZIP).lines[2].startswith("nothing to do for")
    assert labreport("verify", "own").status == 0
    Path("report/own.en.html").write_text("other")
    said = labreport("verify", "own")
    assert "report/own.en.html: was changed since it was made" in said.lines
    assert labreport("prune").lines[-1].startswith("nothing")
