from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from labreport.artifacts.code import SOURCES
from labreport.errors import TrainingError
from labreport.files import write_sums
from labreport.store import is_locked, result_folder


def test_results_are_under_way_then_complete(tmp_path: Path) -> None:
    out = tmp_path / "runs" / "key"
    with result_folder(out) as folder:
        folder.clear()
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


def test_complete_results_are_measured_again(tmp_path: Path) -> None:
    """The older ones stay until the new ones are complete."""
    out = tmp_path / "key"
    for number in (1, 2, 3):
        with result_folder(out) as folder:
            folder.clear()
            folder.write_table("metrics.csv", ["attempt"], [[number]])
            if number > 1:
                assert (out / "metrics.csv").read_text() == "attempt\n1\n"
            if number == 2:
                continue  # it fails
            folder.finish()
    assert (out / "metrics.csv").read_text() == "attempt\n3\n"
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def when_refused(count: int, then: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Call something when a lock has been asked for so many times and was not to be had."""
    flock, left = fcntl.flock, iter(range(count - 1, -1, -1))

    def counting(descriptor: int, operation: int) -> None:
        try:
            flock(descriptor, operation)
        except BlockingIOError:
            if next(left, -1) == 0:
                then()
            raise

    monkeypatch.setattr(fcntl, "flock", counting)


def test_who_waits_looks_again_when_the_other_process_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labreport.store.WAITING_S", 0.01)
    waiting, found = threading.Event(), []
    when_refused(2, waiting.set, monkeypatch)

    def wait() -> None:
        with result_folder(tmp_path / "key", wait=True) as folder:
            found.append((folder.out / "metrics.csv").read_text())

    thread = threading.Thread(target=wait)
    with result_folder(tmp_path / "key") as folder:
        folder.clear()
        folder.write_table("metrics.csv", ["attempt"], [[1]])
        thread.start()
        assert waiting.wait(30)
        assert found == []
        folder.finish()
    thread.join(30)
    assert found == ["attempt\n1\n"]
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_second_process_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    out = tmp_path / "key"
    with result_folder(out) as folder:
        folder.clear()
        folder.write_table("a.csv", ["x"], [[1]])
        assert is_locked(folder.part)
        with pytest.raises(TrainingError, match=r"key\.part: another process is at work here"), result_folder(out):
            pass
        folder.clear()
        with pytest.raises(TrainingError, match="another process"), result_folder(out):
            pass
        assert list(folder.part.iterdir()) == []
    assert not is_locked(folder.part)
    with result_folder(out) as folder:
        folder.finish()


def test_one_of_many_processes_at_once_gets_the_folder(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from labreport.store import result_folder\n"
        "with result_folder(Path(sys.argv[1])) as folder:\n"
        "    folder.clear(); folder.write_text('name', 'x'); print('mine', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "key")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    sources = os.environ | {"PYTHONPATH": str(SOURCES)}
    several = [subprocess.Popen(command, text=True, env=sources, **pipes) for _ in range(4)]
    lines = [process.stdout.readline() for process in several if process.stdout]  # nobody has ended yet who has it
    said = [process.communicate()[1] for process in several]
    assert sorted(lines) == ["", "", "", "mine\n"]
    assert sum("another process is at work" in error for error in said) == 3
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["key.part", "name"]


def test_where_only_files_open_for_writing_can_be_locked_one_process_gets_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As over NFS, where a lock on anything else is an error."""
    flock = fcntl.flock

    def over_nfs(descriptor: int, operation: int) -> None:
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDWR:
            raise OSError(errno.EBADF, "Bad file descriptor")
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", over_nfs)
    with result_folder(tmp_path / "key") as folder:
        assert is_locked(folder.part)
        with pytest.raises(TrainingError, match="another process is at work here"), result_folder(tmp_path / "key"):
            pass
    assert not is_locked(folder.part)
    assert capsys.readouterr().err == ""


def test_where_nothing_can_be_locked_a_warning_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with result_folder(tmp_path / "key") as folder:
        folder.finish()
    said = capsys.readouterr().err
    cannot = f"warning: {folder.part}: cannot be locked (No locks available); "
    assert said == f"{cannot}see to it that no other process works on it\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key", "key.part.lock"]


def test_where_locks_are_files_one_process_gets_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a file system without flock, where filelock writes into the file who holds it."""

    def none(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", none)
    with (
        warnings.catch_warnings(action="ignore"),
        result_folder(tmp_path / "key"),
        pytest.raises(TrainingError, match="another process is at work here"),
        result_folder(tmp_path / "key"),
    ):
        pass


def test_an_attempt_that_was_killed_before_its_last_rename_is_complete(tmp_path: Path) -> None:
    part = tmp_path / "key.part"
    part.mkdir()
    (part / "metrics.csv").write_text("epoch\n1\n")
    write_sums(part)
    with result_folder(tmp_path / "key") as folder:
        assert (folder.out / "metrics.csv").read_text() == "epoch\n1\n"
    (tmp_path / "other.part").mkdir()
    (tmp_path / "other.part" / "metrics.csv").write_text("epoch\n1\n")
    (tmp_path / "other.part" / "SHA256SUMS").write_text(f"{64 * '0'}  metrics.csv\n")
    with result_folder(tmp_path / "other") as folder:
        assert not folder.out.exists()


def test_the_lock_file_goes_with_the_lock_and_a_killed_process_s_is_taken_over(tmp_path: Path) -> None:
    lock = tmp_path / "key.part.lock"
    lock.write_text("process 123456789 on a machine with a long name\n")
    assert not is_locked(tmp_path / "key.part")
    with result_folder(tmp_path / "key"):
        assert is_locked(tmp_path / "key.part")
    assert list(tmp_path.iterdir()) == []


def test_results_are_on_disk_when_they_are_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints are removed next: a power cut must not cost both."""
    done: list[str] = []
    fsync, rename = os.fsync, os.rename

    def synced(descriptor: int) -> None:
        done.append(os.readlink(f"/proc/self/fd/{descriptor}").removeprefix(f"{tmp_path}"))
        fsync(descriptor)

    def renamed(source: Path, target: Path) -> None:
        done.append("rename")
        rename(source, target)

    with result_folder(tmp_path / "key") as folder:
        folder.write_text("a", "x")
        folder.write_text("b", "y")
        monkeypatch.setattr(os, "fsync", synced)
        monkeypatch.setattr(os, "rename", renamed)
        folder.finish()
    assert sorted(done[:3]) == ["/key.part/SHA256SUMS", "/key.part/a", "/key.part/b"]
    assert done[3:] == ["/key.part", "rename", ""]


def test_something_else_in_the_place_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "key").mkdir()
    (tmp_path / "key" / "notes.txt").write_text("mine")
    with pytest.raises(TrainingError, match="holds no finished results"), result_folder(tmp_path / "key"):
        pass
    assert (tmp_path / "key" / "notes.txt").read_text() == "mine"
