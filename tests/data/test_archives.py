from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from labreport.data import members
from labreport.data.archives import check_file, check_source, has_digest, locate
from labreport.data.members import read_members
from labreport.errors import DataError

NAMES = ("set.tar.gz", "set")  # of an archive and what it unpacks to


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, link: str = "", **headers: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname, info.pax_headers = kind, size, link, headers
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
        locate(tmp_path, *NAMES)


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
        (member("/etc/set/data"), "member '/etc/set/data' leaves"),
        (member("set/../../data"), "member 'set/../../data' leaves"),
        (member("..\\data"), r"member '..\\data' leaves"),
        (member("set/data", tarfile.SYMTYPE, link="/etc/passwd"), "member 'set/data' is a link or a device"),
        (member("set/data", tarfile.LNKTYPE, link="set/other"), "member 'set/data' is a link or a device"),
        (member("set/data", tarfile.CHRTYPE), "member 'set/data' is a link or a device"),
        (member("set/data", tarfile.FIFOTYPE), "member 'set/data' is a link or a device"),
        (member("set/data", tarfile.GNUTYPE_SPARSE), "it holds a sparse file"),
        (member("set/data", **{"GNU.sparse.size": "9"}), "it holds a sparse file"),
        (member("set/data", **{"GNU.sparse.map": "0,9"}), "it holds a sparse file"),
        (member("set/data", **{"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}), "it holds a sparse file"),
    ],
    ids=["absolute", "parent", "backslash", "symlink", "hard link", "device", "pipe", "sparse", "0.0", "0.1", "1.0"],
)
def test_hostile_member_is_refused(tmp_path: Path, info: tarfile.TarInfo, reason: str) -> None:
    archive = write(tmp_path / "set.tar.gz", member("set/first"), info)
    with pytest.raises(DataError, match=f"refused: {re.escape(reason)}") as caught:
        list(read_members(archive, ["data"]))
    assert str(archive) in str(caught.value)


def test_bombs_are_refused_before_they_are_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = write(tmp_path / "set.tar.gz", *(member(f"set/{number}", size=1000) for number in range(20)))
    assert len(list(read_members(archive, ["*"]))) == 20
    monkeypatch.setattr(members, "MAX_BYTES", len(gzip.decompress(archive.read_bytes())))
    monkeypatch.setattr(members, "MAX_MEMBERS", 20)
    assert len(list(read_members(archive, ["*"]))) == 20
    monkeypatch.setattr(members, "MAX_BYTES", members.MAX_BYTES - 1)
    with pytest.raises(DataError, match="unpacks to more than"):
        list(read_members(archive, ["*"]))
    monkeypatch.setattr(members, "MAX_MEMBERS", 19)
    with pytest.raises(DataError, match="more than 19 members"):
        list(read_members(archive, ["*"]))
    monkeypatch.undo()
    monkeypatch.setattr(members, "MAX_BYTES", 10_000)
    with pytest.raises(DataError, match=r"unpacks to more than 10,000 bytes"):
        list(read_members(archive, ["nothing"]))
    monkeypatch.setattr(members, "MAX_BYTES", 999)
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
    assert locate(tmp_path, *NAMES) == tmp_path / "set"
    (tmp_path / "set.tar.gz").write_bytes(b"")
    assert locate(tmp_path, *NAMES) == tmp_path / "set.tar.gz"


def test_locate_says_what_it_looked_for_and_found(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds neither set\.tar\.gz nor set/ \(it contains: nothing\)"):
        locate(tmp_path, *NAMES)
    for number in range(10):
        (tmp_path / f"other{number}").mkdir()
    with pytest.raises(DataError, match=r"contains: other0/, .*, other7/ and 2 more\)"):
        locate(tmp_path, *NAMES)
    with pytest.raises(DataError, match="nowhere does not exist; name a folder"):
        locate(tmp_path / "nowhere", *NAMES)
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="file is not a folder; name a folder"):
        locate(tmp_path / "file", *NAMES)


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


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_a_file_has_its_digest_however_that_is_written_and_no_other(algorithm: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    digest = hashlib.new(algorithm, b"content").hexdigest()
    assert [has_digest(path, f"{algorithm}:{one}") for one in (digest, digest.upper(), "0" * len(digest))] == [
        True,
        True,
        False,
    ]
    assert not has_digest(tmp_path / "missing", f"{algorithm}:{digest}")


def test_check_source_of_an_archive_takes_the_digest_that_is_declared(tmp_path: Path) -> None:
    path = tmp_path / "set.tar.gz"
    path.write_bytes(b"content")
    check_source(path, "md5:" + hashlib.md5(b"content").hexdigest())
    with pytest.raises(DataError, match="is not the expected file"):
        check_source(path, "md5:" + hashlib.md5(b"other").hexdigest())


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


def test_a_file_that_comes_twice_is_refused(tmp_path: Path) -> None:
    archive = write(tmp_path / "set.tar.gz", member("set/data", size=3), member("set/data", size=4))
    with pytest.raises(DataError, match="'set/data': it comes a second time"):
        list(read_members(archive, ["data"]))
    assert list(read_members(archive, ["other"])) == []


def test_a_damaged_header_is_not_taken_for_the_end(tmp_path: Path) -> None:
    archive = write(tmp_path / "set.tar.gz", member("set/first"), member("set/second"), member("set/third"))
    content = bytearray(gzip.decompress(archive.read_bytes()))
    content[512] ^= 1
    archive.write_bytes(gzip.compress(content))
    with pytest.raises(DataError, match="a header is damaged"):
        list(read_members(archive, ["*"]))


def test_a_header_is_bounded(tmp_path: Path) -> None:
    """Long names stand in headers of their own."""
    long, longer = "x" * 65_000, "x" * 65_600
    archive = write(tmp_path / "set.tar.gz", member(f"set/{long}"))
    assert list(read_members(archive, ["*"])) == [(long, b"")]
    archive = write(tmp_path / "set.tar.gz", member(f"set/{longer}"))
    with pytest.raises(DataError, match=r"refused: a header says that it has 65,6.. bytes"):
        list(read_members(archive, ["*"]))


@pytest.mark.parametrize("behind", [b"x" * 512, b"\0" * 100 + b"x"])
def test_what_stands_behind_the_end_is_refused(tmp_path: Path, behind: bytes) -> None:
    archive = write(tmp_path / "set.tar.gz", member("set/first"))
    whole = gzip.decompress(archive.read_bytes())
    archive.write_bytes(gzip.compress(whole + bytes(50_000)))
    assert len(list(read_members(archive, ["*"]))) == 1
    archive.write_bytes(gzip.compress(whole + bytes(50_000) + behind))
    with pytest.raises(DataError, match="behind its end"):
        list(read_members(archive, ["*"]))


def test_the_checksum_of_the_gzip_is_looked_at(tmp_path: Path) -> None:
    archive = write(tmp_path / "set.tar.gz", member("set/first", size=3))
    content = bytearray(archive.read_bytes())
    content[-8] ^= 1
    archive.write_bytes(content)
    with pytest.raises(DataError, match=r"not a readable \.tar\.gz \(CRC"):
        list(read_members(archive, ["*"]))


@pytest.mark.parametrize("limit", ["MAX_MEMBER_BYTES", "MAX_READ_BYTES"])
def test_what_is_read_is_bounded(tmp_path: Path, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {"MAX_MEMBER_BYTES": (1501,), "MAX_READ_BYTES": (1000, 501)}[limit]
    archive = write(tmp_path / "set.tar.gz", *(member(f"set/{size}", size=size) for size in sizes))
    folder = tmp_path / "set"
    folder.mkdir()
    for size in sizes:
        (folder / str(size)).write_bytes(bytes(size))
    for source in (archive, folder):
        monkeypatch.setattr(members, limit, 1501)
        assert len(list(read_members(source, ["*"]))) == len(sizes)
        monkeypatch.setattr(members, limit, 1500)
        with pytest.raises(DataError, match=r"refused: .* 1,50"):
            list(read_members(source, ["*"]))


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "data")
    with pytest.raises(DataError, match=r"data: cannot be read \(it is no regular file\)"):
        list(read_members(tmp_path, ["*"]))
    with pytest.raises(DataError, match="no regular file"):
        check_file(tmp_path / "data", "md5:" + "0" * 32)


def test_a_name_is_shown_on_one_short_line() -> None:
    assert members.shown("a\x1b[2J\n") == r"'a\x1b[2J\n'"
    assert members.shown(ValueError("a\nb")) == r"a\nb"
    whole = "x" * (members.SHOWN_LETTERS - 2)
    assert members.shown(whole) == f"'{whole}'"
    assert len(members.shown(f"{whole}x")) == len(members.shown("x" * 1000)) == members.SHOWN_LETTERS
