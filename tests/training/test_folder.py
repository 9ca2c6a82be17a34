from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from labreport.errors import TrainingError
from labreport.training.folder import ResultFolder


def test_results_are_under_way_then_complete(tmp_path: Path) -> None:
    out = tmp_path / "runs" / "key"
    folder = ResultFolder(out)
    folder.write_table("a.csv", ["x", "name"], [[0.1 + 0.2, "a,b"], [None, 'say "x"']])
    folder.append_line("log", "one")
    folder.append_line("log", "two")
    assert not out.exists()
    assert (folder.part / "a.csv").read_text() == 'x,name\n0.30000000000000004,"a,b"\n,"say ""x"""\n'
    out.mkdir()  # as Snakemake does before a job
    folder.finish()
    assert not folder.part.exists()
    assert (out / "log").read_text() == "one\ntwo\n"
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=out, capture_output=True, text=True
    )
    assert checked.returncode == 0
    assert checked.stdout.splitlines() == ["a.csv: OK", "log: OK"]


def test_complete_results_are_refused_and_kept(tmp_path: Path) -> None:
    ResultFolder(tmp_path / "key").finish()
    with pytest.raises(TrainingError, match="these results are complete; delete the folder"):
        ResultFolder(tmp_path / "key")
    assert (tmp_path / "key" / "SHA256SUMS").is_file()


def test_something_else_in_the_place_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "key").mkdir()
    (tmp_path / "key" / "notes.txt").write_text("mine")
    with pytest.raises(TrainingError, match="holds no finished results"):
        ResultFolder(tmp_path / "key")
    assert (tmp_path / "key" / "notes.txt").read_text() == "mine"


def attempt(out: Path, number: int) -> None:
    """Something measured, and never finished."""
    ResultFolder(out).write_table("metrics.csv", ["attempt"], [[number]])


def test_an_unfinished_run_starts_afresh_and_the_last_ones_are_kept(tmp_path: Path) -> None:
    for number in range(1, 13):
        attempt(tmp_path / "key", number)
    folder = ResultFolder(tmp_path / "key")
    assert list(folder.part.iterdir()) == []
    # 10, 11 and 12 rank by number, not by name
    kept = {path.name: (path / "metrics.csv").read_text() for path in tmp_path.iterdir() if path != folder.part}
    assert kept == {f"key.part.{number}": f"attempt\n{number}\n" for number in (10, 11, 12)}


def test_an_attempt_that_measured_nothing_pushes_none_out(tmp_path: Path) -> None:
    attempt(tmp_path / "key", 1)
    for _ in range(5):
        ResultFolder(tmp_path / "key").write_json("spec.json", {})
    ResultFolder(tmp_path / "key")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key.part", "key.part.1"]


def test_what_belongs_to_others_is_not_counted(tmp_path: Path) -> None:
    for name in ("key.part.old", "keys.part.7", "key.part.1x"):
        (tmp_path / name).mkdir()
    attempt(tmp_path / "key", 1)
    ResultFolder(tmp_path / "key")
    names = ["key.part", "key.part.1", "key.part.1x", "key.part.old", "keys.part.7"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
