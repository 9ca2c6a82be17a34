from __future__ import annotations

import errno
import os
from contextlib import nullcontext
from pathlib import Path

import pytest

from labreport.files import atomic_path, sync_file, sync_folder, write_text


def test_an_error_of_writing_names_the_file_that_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    with pytest.raises(OSError, match="No space left") as found, atomic_path(path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert found.value.filename == str(path)
    with pytest.raises(OSError, match="Read-only") as found, atomic_path(path) as temporary:
        raise OSError(errno.EROFS, "Read-only file system", str(temporary))
    assert found.value.filename == str(path)
    assert (path.read_text(), os.listdir(tmp_path)) == ("old", ["a.csv"])


def test_an_error_about_another_file_keeps_its_name(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as found, atomic_path(tmp_path / "a.csv"):
        (tmp_path / "other").read_bytes()
    assert found.value.filename == str(tmp_path / "other")


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("")
    with pytest.raises(OSError, match="folder"):
        write_text(tmp_path / "folder" / "a.csv", "text")


@pytest.mark.parametrize(("number", "raised"), [(errno.EINVAL, False), (errno.ENOTSUP, False), (errno.EIO, True)])
def test_only_a_folder_may_be_of_a_sort_that_cannot_be_synchronised(
    number: int, raised: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text("x")

    def refuse(_: int) -> None:
        raise OSError(number, "why")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="why") as found:
        sync_file(tmp_path / "a.csv")
    assert found.value.filename == str(tmp_path / "a.csv")
    with pytest.raises(OSError, match="why") if raised else nullcontext():
        sync_folder(tmp_path)
