"""Official archives and their unpacked folders: found, checked against a digest, and read without unpacking to disk.

A digest is checked before anything is opened. Reading trusts an archive no further than that: links, devices, paths
that leave the archive and archives larger than any data set here are refused.
"""

from __future__ import annotations

import gzip
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from labreport.errors import DataError
from labreport.files import file_digest

MAX_MEMBERS = 200_000  # aclImdb_v1.tar.gz holds 100,029
MAX_BYTES = 1 << 30  # unpacked, headers included; aclImdb_v1.tar.gz comes to about a third of it
SHOWN_NAMES = 8


def locate(raw: Path | str, declaration: Mapping[str, Any]) -> Path:
    """The archive, or else its unpacked folder, in a user's folder of raw data.

    Args:
        raw: what `--config raw=DIR` names.
        declaration: of the data set in datasets.yaml: `archive.file` and `folder.name` are read.

    Raises:
        DataError: the folder cannot be read, or holds neither; says what was looked for and what the folder contains.
    """
    raw = Path(raw)
    file, folder = declaration["archive"]["file"], declaration["folder"]["name"]
    try:
        return _located(raw, file, folder)
    except OSError as error:
        raise DataError(
            f"raw: {raw} cannot be read ({error.strerror or error}); make it readable, name another folder that holds "
            f"{file} or {folder}/, or leave raw out to download"
        ) from error


def _located(raw: Path, file: str, folder: str) -> Path:
    if not raw.is_dir():
        kind = "is not a folder" if raw.exists() else "does not exist"
        raise DataError(
            f"raw: {raw} {kind}; name a folder that holds {file} or {folder}/, or leave raw out to download"
        )
    if (raw / file).is_file():
        return raw / file
    if (raw / folder).is_dir():
        return raw / folder
    names = sorted(path.name + "/" * path.is_dir() for path in raw.iterdir())
    found = ", ".join(names[:SHOWN_NAMES]) + (
        f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    )
    raise DataError(
        f"raw: {raw} holds neither {file} nor {folder}/ (it contains: {found or 'nothing'}); put one of them there, "
        "or leave raw out to download"
    )


def check_source(
    source: Path,
    digest: str,
    folder: Mapping[str, Any] | None = None,
    content_digest: Callable[[Path], str] | None = None,
) -> None:
    """Make sure that an archive or an unpacked folder is the one that was declared, before anything is read from it.

    Args:
        source: the archive or the folder.
        digest: `md5:HEX` of an official archive, or `sample:KEY` of a generated one, whose digest lies beside it.
        folder: how a folder is checked: `files` (name -> digest) or `content` (a digest of the whole).
        content_digest: computes what `content` is compared with.

    Raises:
        DataError: the source is missing, damaged or another one.
    """
    if not source.exists():
        raise DataError(
            f"{source}: does not exist; download it, or name a folder that holds it with `--config raw=DIR`"
        )
    if not source.is_dir():
        check_file(source, _sample_digest(source) if digest.startswith("sample:") else digest)
    elif folder is None:
        raise DataError(f"{source}: is a folder, but an archive is needed here")
    elif folder.get("files"):
        for name, expected in folder["files"].items():
            check_file(source / name, expected)
    else:
        found = content_digest(source) if content_digest else "unknown, its reader cannot tell"
        if found != folder["content"]:
            raise DataError(
                f"{source}: holds other data than the official archive (digest {found}, expected {folder['content']}); "
                "unpack the archive again"
            )


def _sample_digest(source: Path) -> str:
    """The digest in FILE.sha256, where the generator left it."""
    path = source.with_name(source.name + ".sha256")
    try:
        return "sha256:" + path.read_text(encoding="utf-8").split()[0]
    except (OSError, ValueError, IndexError) as error:
        raise DataError(f"{path}: cannot be read; delete {source.parent} and run again") from error


def check_file(path: Path, digest: str) -> None:
    """Compare a file with its digest, written as `md5:HEX` or `sha256:HEX`.

    Raises:
        DataError: the file cannot be read or is another one.
    """
    algorithm, _, expected = digest.partition(":")
    try:
        found = file_digest(path, algorithm)
        size = path.stat().st_size
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from error
    if found != expected.lower():
        raise DataError(
            f"{path}: is not the expected file: {algorithm} is {found}, expected {expected} (it has {size:,} bytes "
            "and may be truncated or altered); delete it and fetch it again"
        )


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
    try:
        for pattern in patterns:
            for path in sorted(source.glob(pattern)):
                yield path.relative_to(source).as_posix(), path.read_bytes()
    except OSError as error:
        raise DataError(f"{error.filename or source}: cannot be read ({error.strerror or error})") from error


def _read_archive(source: Path, patterns: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    wanted = re.compile("|".join(re.escape(pattern).replace(r"\*", "[^/]*") for pattern in patterns))
    try:
        with _Bounded(source) as unzipped, tarfile.open(fileobj=unzipped, mode="r|") as tar:
            for count, member in enumerate(tar, start=1):
                tar.members = []  # type: ignore[attr-defined]  # it would keep 100,000 headers
                name = _checked_name(source, member, count)
                if member.isreg() and wanted.fullmatch(name):
                    file = tar.extractfile(member)
                    assert file is not None  # a regular file has content
                    yield name, file.read()
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise DataError(f"{source}: is not a readable .tar.gz ({error}); delete it and fetch it again") from error


def _checked_name(source: Path, member: tarfile.TarInfo, count: int) -> str:
    """The member's path below the top folder, "" for the top itself."""
    path = PurePosixPath(member.name)
    fault = None
    if count > MAX_MEMBERS:
        fault = f"it has more than {MAX_MEMBERS:,} members"
    elif path.is_absolute() or ".." in path.parts or "\\" in member.name:
        fault = f"member {member.name!r} leaves the archive's folder"
    elif not (member.isreg() or member.isdir()):
        fault = f"member {member.name!r} is a link or a device, not a file"
    elif member.size > MAX_BYTES:
        fault = f"member {member.name!r} has {member.size:,} bytes"
    if fault:
        raise DataError(f"{source}: refused: {fault}; fetch the official archive")
    return "/".join(path.parts[1:])


class _Bounded(gzip.GzipFile):
    """A gzip reader that stops a decompression bomb: at most `MAX_BYTES` come out of it."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        left = MAX_BYTES - self.taken
        data = super().read(left + 1 if size is None or size < 0 else min(size, left + 1))
        self.taken += len(data)
        if self.taken > MAX_BYTES:
            raise DataError(f"{self.name}: refused: it unpacks to more than {MAX_BYTES:,} bytes")
        return data
