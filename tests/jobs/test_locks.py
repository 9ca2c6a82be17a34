"""Lock files in a folder that is the user's alone."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import subprocess
import sys
import threading
import time

import pytest

from labreport.errors import TrainingError
from labreport.jobs import locks as module
from labreport.jobs.locks import LockFolder


@pytest.fixture
def locks(tmp_path):
    folder = LockFolder(tmp_path / "locks")
    yield folder
    folder.close()


def test_the_folder_is_for_its_user_alone(tmp_path, locks):
    assert stat.S_IMODE((tmp_path / "locks").stat().st_mode) == 0o700
    os.close(locks.open("a"))
    assert stat.S_IMODE((tmp_path / "locks" / "a").stat().st_mode) == 0o600
    LockFolder(tmp_path / "locks").close()  # the next job finds it made


def test_a_lock_is_held_once(locks):
    first = locks.take("a")
    assert first is not None
    assert locks.take("a") is None
    other = locks.take("b")
    assert other is not None
    os.close(first)
    again = locks.take("a")
    assert again is not None
    os.close(again)
    os.close(other)


def test_a_child_that_inherits_a_lock_holds_it_alone(locks):
    descriptor = locks.take("a")
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(descriptor,))
    os.close(descriptor)
    assert locks.take("a") is None
    child.communicate(b"\n", timeout=30)
    again = locks.take("a")
    assert again is not None
    os.close(again)


def test_no_descriptor_reaches_a_child_that_is_not_given_it(locks):
    descriptor = locks.take("a")
    command = f"import os; os.fstat({descriptor})"
    asked = subprocess.run([sys.executable, "-c", command], close_fds=False, capture_output=True, text=True, timeout=30)
    os.close(descriptor)
    assert "Bad file descriptor" in asked.stderr


def test_holding_ends_with_the_block(locks):
    with locks.holding("a", pytest.fail):
        assert locks.take("a") is None
    with pytest.raises(ZeroDivisionError), locks.holding("a", pytest.fail):
        _ = 1 / 0
    descriptor = locks.take("a")
    assert descriptor is not None
    os.close(descriptor)


def test_who_holds_for_longer_than_a_moment_is_named_once(locks, monkeypatch):
    monkeypatch.setattr(module, "MOMENT_S", 0.05)
    told = []
    holder = locks.take("a")
    module.note(holder, "process 17")
    waiting = threading.Thread(target=lambda: told.extend(hold(locks, told)), daemon=True)
    waiting.start()
    time.sleep(0.3)
    assert told == ["process 17"]
    os.close(holder)
    waiting.join(30)
    assert told == ["process 17", f"held by process {os.getpid()}"]


def hold(locks, told):
    with locks.holding("a", told.append):
        return [f"held by {locks.read('a')}"]


def test_cleaners_of_old_files_pass_a_used_folder_by(tmp_path, locks):
    """They try to lock it for themselves; any number of jobs may use it at once."""
    LockFolder(tmp_path / "locks").close()
    cleaner = os.open(tmp_path / "locks", os.O_RDONLY | os.O_DIRECTORY)
    try:
        with pytest.raises(BlockingIOError):
            fcntl.flock(cleaner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(cleaner)


def refuse(descriptor, operation):
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


def test_a_folder_without_locks_is_one_message(tmp_path, monkeypatch):
    """As on a network file system whose lock service is not running."""
    monkeypatch.setattr(fcntl, "flock", refuse)
    before = sorted(os.listdir("/dev/fd"))
    with pytest.raises(TrainingError, match="lock files cannot be kept there: No locks available; move it away"):
        LockFolder(tmp_path / "locks")
    assert sorted(os.listdir("/dev/fd")) == before


def test_a_lock_that_fails_names_its_file_and_leaves_nothing_open(locks, monkeypatch):
    monkeypatch.setattr(fcntl, "flock", refuse)
    before = sorted(os.listdir("/dev/fd"))
    with pytest.raises(OSError, match="'gpu-0'"):
        locks.take("gpu-0")
    with pytest.raises(OSError, match="'queue'"), locks.holding("queue", pytest.fail):
        pass
    assert sorted(os.listdir("/dev/fd")) == before


def test_names_ages_and_removal(tmp_path, locks):
    for name in ("b", "a"):
        os.close(locks.open(name))
    assert locks.names() == ["a", "b"]
    now = (tmp_path / "locks" / "a").stat().st_mtime
    os.utime(tmp_path / "locks" / "a", (now - 100, now - 100))
    assert 100 <= locks.age_s("a") < 110
    assert locks.age_s("absent") == 0
    locks.remove("a")
    locks.remove("a")
    assert locks.names() == ["b"]


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o707, 0o777])
def test_a_folder_that_others_can_enter_is_refused(tmp_path, mode):
    path = tmp_path / "locks"
    path.mkdir()
    path.chmod(mode)
    with pytest.raises(TrainingError, match=f"mode {mode:04o}; move it away, or set TMPDIR"):
        LockFolder(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(tmp_path):
    path = tmp_path / "locks"
    path.mkdir(0o700)
    os.chown(path, 12345, 12345)
    with pytest.raises(TrainingError, match="found user 12345"):
        LockFolder(path)


@pytest.mark.parametrize("kind", ["link", "dangling", "file", "nowhere"])
def test_what_is_no_folder_is_refused(tmp_path, kind):
    path = tmp_path / "locks"
    (tmp_path / "real").mkdir(mode=0o700)
    match kind:
        case "link":
            path.symlink_to(tmp_path / "real")
        case "dangling":
            path.symlink_to(tmp_path / "absent")
        case "file":
            path.touch()
        case "nowhere":
            path = tmp_path / "absent" / "locks"
    with pytest.raises(TrainingError, match="lock files cannot be kept there"):
        LockFolder(path)
    assert list((tmp_path / "real").iterdir()) == []
    assert not (tmp_path / "absent").exists()


def test_a_lock_file_is_never_a_link_a_fifo_or_a_folder(tmp_path, locks):
    target = tmp_path / "target"
    target.write_text("kept")
    (tmp_path / "locks" / "link").symlink_to(target)
    os.mkfifo(tmp_path / "locks" / "fifo")
    (tmp_path / "locks" / "folder").mkdir()
    before = len(os.listdir("/dev/fd"))
    for name in ("link", "fifo", "folder"):
        with pytest.raises(OSError, match=name):
            locks.open(name)
    assert len(os.listdir("/dev/fd")) == before  # nothing stays open
    assert target.read_text() == "kept"
