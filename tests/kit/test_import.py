"""What came back is checked before anything is taken in; each mistake has one message."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from labreport.cli.main import main
from labreport.files import write_sums

Files = dict[str, bytes]


@pytest.fixture
def files(came_back) -> Files:
    """The files of both runs, by their names in the tar."""
    with tarfile.open(came_back[0]) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def refused(files: Files, path: Path, capsys: pytest.CaptureFixture[str], *more: tarfile.TarInfo) -> tuple[int, str]:
    """The status and what was said of a tar of these files."""
    with tarfile.open(path, "w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for member in more:
            tar.addfile(member)
    status = main(["import", str(path)])
    said = capsys.readouterr()
    return status, said.out + said.err


def results() -> list[str]:
    return sorted(path.name for path in Path("results/runs").rglob("*"))


def of_cnn3(files: Files) -> str:
    """The folder of the run of cnn3 in the tar."""
    return next(name for name in files if name.startswith("runs/Plain") or "cifar10" in name).rpartition("/")[0]


def member(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


@pytest.mark.parametrize(
    "name",
    ["../out.json", "/tmp/out.json", "runs/../../x/out.json", "runs/A/0123456789abcdef/.x/out.json", "runs/x.py"],
)
def test_a_path_out_of_the_folders_is_refused(name, files, home, capsys):
    status, said = refused({**files, name: b"{}"}, home / "runs.tar", capsys)
    assert (status, said) == (
        1,
        f"error: {home}/runs.tar: refused: {name!r} is no file of a run; nothing was taken in\n",
    )
    assert results() == []


@pytest.mark.parametrize(
    ("kind", "link"), [(tarfile.SYMTYPE, "/etc/passwd"), (tarfile.LNKTYPE, "runs/x"), (tarfile.FIFOTYPE, "")]
)
def test_what_is_no_regular_file_is_refused(kind, link, files, home, capsys):
    link_to = member(f"{of_cnn3(files)}/more.json", kind, link)
    status, said = refused(files, home / "runs.tar", capsys, link_to)
    assert status == 1
    assert said.endswith("is no file of a run; nothing was taken in\n")
    assert results() == []


def test_a_truncated_tar_is_refused(came_back, home, capsys):
    content = came_back[0].read_bytes()
    for size in (0, 100, len(content) // 2):
        Path("runs.tar").write_bytes(content[:size])
        assert main(["import", "runs.tar"]) == 1
        error = capsys.readouterr().err
        assert error.startswith("error: runs.tar: cannot be read (")
        assert error.count("\n") == 1
        assert results() == []


def test_no_tar_at_all(home, capsys):
    assert main(["import", "runs.tar"]) == 1
    assert capsys.readouterr().err.startswith("error: runs.tar: cannot be read (")


def other_bytes(files: Files, folder: str, to: Path) -> str:
    files[f"{folder}/metrics.csv"] += b"\n"
    return "metrics.csv does not have the digest that SHA256SUMS states"


def another_file(files: Files, folder: str, to: Path) -> str:
    files[f"{folder}/more.csv"] = b"a,b\n"
    return "more.csv has no digest in SHA256SUMS"


def no_sums(files: Files, folder: str, to: Path) -> str:
    del files[f"{folder}/SHA256SUMS"]
    return "SHA256SUMS cannot be read (No such file or directory)"


def another_key(files: Files, folder: str, to: Path) -> str:
    spec = json.loads(files[f"{folder}/spec.json"])
    spec["seed"] = 9
    files[f"{folder}/spec.json"] = json.dumps(spec).encode()
    summed(files, folder, to)
    return f", not {folder.rpartition('/')[2]}"


def no_run(files: Files, folder: str, to: Path) -> str:
    files[f"{folder}/spec.json"] = b"[]"
    summed(files, folder, to)
    return "spec.json is missing or damaged"


def another_name(files: Files, folder: str, to: Path) -> str:
    for name in [name for name in files if name.startswith(folder)]:
        files[f"runs/Other-cifar10/{name.partition('/')[2].partition('/')[2]}"] = files.pop(name)
    return "its folder is called Other-cifar10, not "


def summed(files: Files, folder: str, to: Path) -> None:
    """Have the digests fit what is there."""
    to.mkdir()
    for name, content in files.items():
        if name.startswith(folder) and not name.endswith("SHA256SUMS"):
            (to / name.rpartition("/")[2]).write_bytes(content)
    write_sums(to)
    files[f"{folder}/SHA256SUMS"] = (to / "SHA256SUMS").read_bytes()


def predicting(change: Callable[[dict[str, np.ndarray]], object], expected: str) -> Callable[[Files, str, Path], str]:
    """Predictions that are not those of the metrics, under digests that fit."""

    def damage(files: Files, folder: str, to: Path) -> str:
        kept = dict(np.load(io.BytesIO(files[f"{folder}/predictions.npz"])))
        change(kept)
        content = io.BytesIO()
        np.savez_compressed(content, **kept)
        files[f"{folder}/predictions.npz"] = content.getvalue()
        summed(files, folder, to)
        return expected

    return damage


PREDICTIONS = [
    predicting(lambda kept: kept.update({name: one[:-1] for name, one in kept.items()}), "metrics.csv: line "),
    predicting(lambda kept: kept["predicted"].fill(99), "predictions.npz: holds a class beyond the 10 of the run"),
    predicting(lambda kept: kept["probabilities"].sort(1), " is not the most probable one"),
    predicting(lambda kept: kept.pop("probabilities"), "what it predicted cannot be read ('probabilities')"),
]


@pytest.mark.parametrize(
    "damage", [other_bytes, another_file, no_sums, another_key, no_run, another_name, *PREDICTIONS]
)
def test_a_wrong_folder_is_refused_and_the_others_taken_in(
    damage: Callable[[Files, str, Path], str], files, home, tmp_path, capsys
):
    expected = damage(files, of_cnn3(files), tmp_path / "sums")
    status, said = refused(files, home / "runs.tar", capsys)
    assert status == 1
    first, second = sorted(said.splitlines())
    assert first.startswith("refused: ")
    assert expected in first
    assert second == "taken in: sts_bilstm1 seed 0"
    assert [path.parent.name for path in Path("results/runs").glob("*/*.done")] == ["PaddedSiameseLSTM-stsb"]
    assert not [path for path in Path("results/runs").iterdir() if path.name != "PaddedSiameseLSTM-stsb"]


def test_what_lies_in_the_place_of_a_run_stays(files, home, capsys):
    place = Path("results") / of_cnn3(files)
    place.mkdir(parents=True)
    (place / "notes.txt").write_text("mine")
    status, said = refused(files, home / "runs.tar", capsys)
    assert status == 1
    assert f"{place} is there, but holds no finished run; move it away" in said
    assert [path.name for path in place.iterdir()] == ["notes.txt"]
