"""Official archives and their unpacked folders: found, and checked against a digest before anything is opened."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from labreport.data.members import regular_size
from labreport.errors import DataError
from labreport.files import file_digest

SHOWN_NAMES = 8


def locate(raw: Path, file: str, folder: str) -> Path:
    """The archive, or else its unpacked folder, in a user's folder of raw data.

    Args:
        raw: what `--config raw=DIR` names.
        file: name of the archive.
        folder: name of what it unpacks to.

    Raises:
        DataError: the folder cannot be read, or holds neither; says what was looked for and what the folder contains.
    """
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


def has_digest(path: Path, digest: str) -> bool:
    """Whether a file is there and has a digest, written as `md5:HEX` or `sha256:HEX`."""
    algorithm, _, expected = digest.partition(":")
    return path.is_file() and file_digest(path, algorithm) == expected.lower()


def check_file(path: Path, digest: str) -> None:
    """Compare a file with its digest, written as `md5:HEX` or `sha256:HEX`.

    Raises:
        DataError: the file cannot be read or is another one.
    """
    algorithm, _, expected = digest.partition(":")
    try:
        size = regular_size(path)
        found = file_digest(path, algorithm)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error})") from error
    if found != expected.lower():
        raise DataError(
            f"{path}: is not the expected file: {algorithm} is {found}, expected {expected} (it has {size:,} bytes "
            "and may be truncated or altered); delete it and fetch it again"
        )
