from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from labreport.errors import TrainingError
from labreport.planning.code import SOURCES
from labreport.training.folder import ResultFolder
from labreport.training.lock import is_locked


def test_results_are_under_way_then_complete(tmp_path: Path) -> None:
    out = tmp_path / "runs" / "key"
    with ResultFolder(out) as folder:
        folder.begin()
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
    with ResultFolder(tmp_path / "key") as folder:
        folder.finish()
    with pytest.raises(TrainingError, match="these results are complete; delete the folder"):
        ResultFolder(tmp_path / "key")
    assert [path.name for path in tmp_path.rglob("*")] == ["key", "SHA256SUMS"]


def test_a_second_process_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    out = tmp_path / "key"
    with ResultFolder(out) as folder:
        folder.begin()
        folder.write_table("a.csv", ["x"], [[1]])
        assert is_locked(folder.part)
        with pytest.raises(TrainingError, match=r"key\.part: another process is at work here"):
            ResultFolder(out)
        # put aside, the attempt is free; its successor is not
        folder.begin()
        assert not is_locked(tmp_path / "key.part.1")
        with pytest.raises(TrainingError, match="another process"):
            ResultFolder(out)
        assert list(folder.part.iterdir()) == []
    assert not is_locked(folder.part)
    with ResultFolder(out) as folder:
        folder.finish()


def test_one_of_many_processes_at_once_gets_the_folder(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from labreport.training.folder import ResultFolder\n"
        "with ResultFolder(Path(sys.argv[1])) as folder:\n"
        "    folder.begin(); folder.write_text('name', 'x'); folder.finish(); print('mine'); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "key")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    sources = os.environ | {"PYTHONPATH": str(SOURCES)}
    several = [subprocess.Popen(command, text=True, env=sources, **pipes) for _ in range(4)]
    said = [process.communicate() for process in several]
    assert sorted(out for out, _ in said) == ["", "", "", "mine\n"]
    losers = [error for out, error in said if not out]
    assert all("another process is at work" in error or "results are complete" in error for error in losers)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["SHA256SUMS", "key", "name"]


def test_something_else_in_the_place_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "key").mkdir()
    (tmp_path / "key" / "notes.txt").write_text("mine")
    with pytest.raises(TrainingError, match="holds no finished results"):
        ResultFolder(tmp_path / "key")
    assert (tmp_path / "key" / "notes.txt").read_text() == "mine"


def attempt(out: Path, number: int) -> None:
    """Something measured, and never finished."""
    with ResultFolder(out) as folder:
        folder.begin()
        folder.write_table("metrics.csv", ["attempt"], [[number]])


def test_an_unfinished_run_starts_afresh_and_the_last_ones_are_kept(tmp_path: Path) -> None:
    for number in range(1, 13):
        attempt(tmp_path / "key", number)
    with ResultFolder(tmp_path / "key") as folder:
        folder.begin()
        assert list(folder.part.iterdir()) == []
    # 10, 11 and 12 rank by number, not by name
    kept = {path.name: (path / "metrics.csv").read_text() for path in tmp_path.iterdir() if path != folder.part}
    assert kept == {f"key.part.{number}": f"attempt\n{number}\n" for number in (10, 11, 12)}


def test_an_attempt_that_measured_nothing_pushes_none_out(tmp_path: Path) -> None:
    attempt(tmp_path / "key", 1)
    for _ in range(5):
        with ResultFolder(tmp_path / "key") as folder:
            folder.begin()
            folder.write_json("spec.json", {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key.part", "key.part.1"]


def test_what_belongs_to_others_is_not_counted(tmp_path: Path) -> None:
    for name in ("key.part.old", "keys.part.7", "key.part.1x"):
        (tmp_path / name).mkdir()
    attempt(tmp_path / "key", 1)
    attempt(tmp_path / "key", 2)
    names = ["key.part", "key.part.1", "key.part.1x", "key.part.old", "keys.part.7"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
