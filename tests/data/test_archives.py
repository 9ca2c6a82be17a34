from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from labreport.data import archives
from labreport.data.archives import check_file, check_source, locate, read_members
from labreport.errors import DataError

DECLARATION = {"archive": {"file": "set.tar.gz"}, "folder": {"name": "set"}}


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, link
    return info


def write(path: Path, *members: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for info in members:
            tar.addfile(info, io.BytesIO(b"x" * info.size))
    return path


@pytest.mark.parametrize("method", ["iterdir", "is_file"])
def test_a_raw_folder_that_cannot_be_read_is_one_message(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, method, refuse)  # no permission stops a test that root runs
    with pytest.raises(DataError, match=r"^raw: .* cannot be read \(Permission denied\); .*set\.tar\.gz or set/"):
        locate(tmp_path, DECLARATION)


def test_only_members_that_fit_are_read(tmp_path: Path) -> None:
    names = ["set", "set/train/pos/1.txt", "set/train/unsup/1.txt", "set/train/pos/deeper/1.txt", "set/list.txt"]
    infos = [member("set", tarfile.DIRTYPE), *(member(name, size=3) for name in names[1:])]
    archive = write(tmp_path / "set.tar.gz", *infos)
    assert list(read_members(archive, ["train/pos/*.txt", "list.txt"])) == [
        ("train/pos/1.txt", b"xxx"),
        ("list.txt", b"xxx"),
    ]


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        (member("/etc/set/data"), "leaves"),
        (member("set/../../data"), "leaves"),
        (member("..\\data"), "leaves"),
        (member("set/data", tarfile.SYMTYPE, link="/etc/passwd"), "link or a device"),
        (member("set/data", tarfile.LNKTYPE, link="set/other"), "link or a device"),
        (member("set/data", tarfile.CHRTYPE), "link or a device"),
        (member("set/data", tarfile.FIFOTYPE), "link or a device"),
    ],
    ids=["absolute", "parent", "backslash", "symlink", "hard link", "device", "pipe"],
)
def test_hostile_member_is_refused(tmp_path: Path, info: tarfile.TarInfo, reason: str) -> None:
    archive = write(tmp_path / "set.tar.gz", member("set/first"), info)
    with pytest.raises(DataError, match=f"refused: .*{reason}") as caught:
        list(read_members(archive, ["data"]))
    assert str(archive) in str(caught.value)


def test_bombs_are_refused_before_they_are_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = write(tmp_path / "set.tar.gz", *(member(f"set/{number}", size=1000) for number in range(20)))
    assert len(list(read_members(archive, ["*"]))) == 20
    monkeypatch.setattr(archives, "MAX_MEMBERS", 19)
    with pytest.raises(DataError, match="more than 19 members"):
        list(read_members(archive, ["*"]))
    monkeypatch.undo()
    monkeypatch.setattr(archives, "MAX_BYTES", 10_000)
    with pytest.raises(DataError, match=r"unpacks to more than 10,000 bytes"):
        list(read_members(archive, ["nothing"]))
    monkeypatch.setattr(archives, "MAX_BYTES", 999)
    with pytest.raises(DataError, match="refused"):
        list(read_members(archive, ["nothing"]))


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"no gzip", lambda data: b""])
def test_damaged_archive_is_one_message(tmp_path: Path, damage: Callable[[bytes], bytes], images_archive: Path) -> None:
    path = tmp_path / "set.tar.gz"
    path.write_bytes(damage(images_archive.read_bytes()))
    with pytest.raises(DataError, match=r"not a readable \.tar\.gz"):
        list(read_members(path, ["*"]))


def test_locate_takes_either_form_and_prefers_the_archive(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    assert locate(tmp_path, DECLARATION) == tmp_path / "set"
    (tmp_path / "set.tar.gz").write_bytes(b"")
    assert locate(str(tmp_path), DECLARATION) == tmp_path / "set.tar.gz"


def test_locate_says_what_it_looked_for_and_found(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds neither set\.tar\.gz nor set/ \(it contains: nothing\)"):
        locate(tmp_path, DECLARATION)
    for number in range(10):
        (tmp_path / f"other{number}").mkdir()
    with pytest.raises(DataError, match=r"contains: other0/, .*, other7/ and 2 more\)"):
        locate(tmp_path, DECLARATION)
    with pytest.raises(DataError, match="does not exist"):
        locate(tmp_path / "nowhere", DECLARATION)
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="is not a folder"):
        locate(tmp_path / "file", DECLARATION)


def test_check_file_compares_with_either_algorithm(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    check_file(path, "md5:" + hashlib.md5(b"content").hexdigest())
    check_file(path, "sha256:" + hashlib.sha256(b"content").hexdigest().upper())
    path.write_bytes(b"contenT")
    with pytest.raises(DataError, match=r"md5 is [0-9a-f]{32}, expected [0-9a-f]{32} \(it has 7 bytes"):
        check_file(path, "md5:" + hashlib.md5(b"content").hexdigest())
    with pytest.raises(DataError, match="cannot be read"):
        check_file(tmp_path / "missing", "md5:" + "0" * 32)


def test_check_source_of_a_sample_reads_the_digest_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "set.tar.gz"
    path.write_bytes(b"content")
    with pytest.raises(DataError, match=r"set\.tar\.gz\.sha256: cannot be read"):
        check_source(path, "sample:abc")
    (tmp_path / "set.tar.gz.sha256").write_text(f"{hashlib.sha256(b'content').hexdigest()}  set.tar.gz\n")
    check_source(path, "sample:abc")
    path.write_bytes(b"altered")
    with pytest.raises(DataError, match="is not the expected file"):
        check_source(path, "sample:abc")


def test_check_source_of_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "one").write_bytes(b"content")
    digest = "md5:" + hashlib.md5(b"content").hexdigest()
    check_source(folder, "md5:0", {"files": {"one": digest}, "content": None})
    with pytest.raises(DataError, match="two: cannot be read"):
        check_source(folder, "md5:0", {"files": {"one": digest, "two": digest}})
    check_source(folder, "md5:0", {"content": "sha256:1"}, lambda path: "sha256:1")
    with pytest.raises(DataError, match=r"holds other data .*digest sha256:2, expected sha256:1"):
        check_source(folder, "md5:0", {"content": "sha256:1"}, lambda path: "sha256:2")
    with pytest.raises(DataError, match="holds other data"):
        check_source(folder, "md5:0", {"content": "sha256:1"})
    with pytest.raises(DataError, match="an archive is needed"):
        check_source(folder, "md5:0")
    with pytest.raises(DataError, match="does not exist"):
        check_source(tmp_path / "nowhere", "md5:0")
