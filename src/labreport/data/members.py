"""What is in an archive or its unpacked folder, read without unpacking to disk.

A digest was checked before. Reading trusts an archive no further than that: links, devices, paths that leave the
archive, members that come twice and anything larger than any data set here are refused, so that memory stays bounded
whatever a file holds.
"""

import gzip
import re
import stat
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Self

from labreport.errors import DataError
from labreport.files import CHUNK_BYTES

MAX_MEMBERS = 200_000  # aclImdb_v1.tar.gz holds 100,029
MAX_BYTES = 1 << 30  # unpacked, headers included; aclImdb_v1.tar.gz comes to about a third of it
MAX_MEMBER_BYTES = 64 << 20  # a batch of CIFAR-10 has 31 million
MAX_READ_BYTES = 256 << 20  # of all members that a reader asks for; CIFAR-10 comes to 186 million
MAX_HEADER_BYTES = 64 << 10  # of a long name or a list of attributes, which tarfile holds in memory
SHOWN_LETTERS = 80


def regular_size(path: Path) -> int:
    """Bytes of a file; a pipe or a device, which may never end, is none."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(0, "it is no regular file", str(path))
    return status.st_size


def read_members(source: Path, patterns: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The files of an archive or an unpacked folder whose path below the top folder fits a pattern.

    Args:
        source: a .tar.gz, read as a stream and never unpacked to disk; or the folder it unpacks to.
        patterns: paths such as `data_batch_1` or `train/pos/*.txt`, where `*` stands for anything but a slash.

    Yields:
        The path below the top folder, with slashes, and the content. A folder's files come in the patterns' order and
        then by name, an archive's in its own.

    Raises:
        DataError: the source is damaged, or an archive holds what a data set has no use for.
    """
    if source.is_dir():
        return _read_folder(source, patterns)
    return _read_archive(source, patterns)


def _read_folder(source: Path, patterns: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    total = 0
    try:
        for pattern in patterns:
            for path in sorted(source.glob(pattern)):
                size = regular_size(path)
                total += size
                if fault := _size_fault(size, total):
                    raise DataError(
                        f"{source}: refused: {shown(path.name)}: {fault}; unpack the official archive again"
                    )
                yield path.relative_to(source).as_posix(), path.read_bytes()
    except OSError as error:
        raise DataError(f"{error.filename or source}: cannot be read ({error.strerror or error})") from error


def _read_archive(source: Path, patterns: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    wanted = re.compile("|".join(re.escape(pattern).replace(r"\*", "[^/]*") for pattern in patterns))
    seen: set[str] = set()
    total = 0
    try:
        with _Bounded(source) as unzipped, tarfile.open(fileobj=unzipped, mode="r|", tarinfo=_Header) as tar:
            for count, member in enumerate(tar, start=1):
                tar.members, tar.pax_headers = [], {}  # type: ignore[attr-defined]  # both would grow with the archive
                name = _checked_name(member, count)
                if not wanted.fullmatch(name):
                    continue
                total += member.size
                fault = "it comes a second time" if name in seen else _size_fault(member.size, total)
                fault = fault or ("it is a folder" if member.isdir() else None)
                if fault or not name.isprintable():
                    raise _RefusedError(f"member {shown(member.name)}: {fault or 'its name is not printable'}")
                seen.add(name)
                file = tar.extractfile(member)
                assert file is not None  # a regular file has content
                yield name, file.read()
            while rest := tar.fileobj.read(CHUNK_BYTES):  # its checksum stands at the end of a .gz
                if rest.strip(b"\0"):
                    raise _RefusedError("something stands behind its end")
    except _RefusedError as error:
        raise DataError(f"{source}: refused: {error}; fetch the official archive") from None
    except Exception as error:  # a hostile archive can fail with nearly any exception
        raise DataError(
            f"{source}: is not a readable .tar.gz ({shown(error)}); delete it and fetch it again"
        ) from error


def _checked_name(member: tarfile.TarInfo, count: int) -> str:
    """The member's path below the top folder, "" for the top itself."""
    path = PurePosixPath(member.name)
    fault = None
    if count > MAX_MEMBERS:
        fault = f"it has more than {MAX_MEMBERS:,} members"
    elif path.is_absolute() or ".." in path.parts or "\\" in member.name:
        fault = f"member {shown(member.name)} leaves the archive's folder"
    elif not (member.isreg() or member.isdir()):
        fault = f"member {shown(member.name)} is a link or a device, not a file"
    if fault:
        raise _RefusedError(fault)
    return "/".join(path.parts[1:])


def _size_fault(size: int, total: int) -> str | None:
    if size > MAX_MEMBER_BYTES:
        return f"it has {size:,} bytes, more than {MAX_MEMBER_BYTES:,}"
    return f"there are more than {MAX_READ_BYTES:,} bytes to read" if total > MAX_READ_BYTES else None


def shown(value: object) -> str:
    """A name or message of hostile origin as a message shows it: on one line, cut to a readable length."""
    text = repr(value) if isinstance(value, str) else str(value)
    text = "".join(one if one.isprintable() else repr(one)[1:-1] for one in text[: SHOWN_LETTERS + 1])
    return text if len(text) <= SHOWN_LETTERS else f"{text[: SHOWN_LETTERS - 3]}..."


class _RefusedError(Exception):
    """The archive holds what a data set has no use for."""


class _Header(tarfile.TarInfo):
    """A header of an archive that can make `tarfile` neither hold more than a long name nor stop before the end."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """As `tarfile` reads it, but a damaged one is not taken for the end of the archive."""
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.InvalidHeaderError as error:  # type: ignore[attr-defined]
            raise _RefusedError("a header is damaged") from error

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        ordinary = self.isreg() or self.isdir() or self.islnk() or self.issym() or self.isdev()
        if self.size < 0 or (not ordinary and self.size > MAX_HEADER_BYTES):
            raise _RefusedError(f"a header says that it has {self.size:,} bytes")
        if self.type == tarfile.GNUTYPE_SPARSE:
            self._refuse_sparse()
        return super()._proc_member(tar)  # type: ignore[misc]

    def _refuse_sparse(self, *arguments: object) -> None:
        raise _RefusedError("it holds a sparse file")

    _proc_gnusparse_00 = _proc_gnusparse_01 = _proc_gnusparse_10 = _refuse_sparse


class _Bounded(gzip.GzipFile):
    """A gzip reader that stops a decompression bomb: at most `MAX_BYTES` come out of it."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        left = MAX_BYTES - self.taken
        data = super().read(left + 1 if size is None or size < 0 else min(size, left + 1))
        self.taken += len(data)
        if self.taken > MAX_BYTES:
            raise _RefusedError(f"it unpacks to more than {MAX_BYTES:,} bytes")
        return data
