"""Atomic writes and digests: the only place that knows how a file comes to be complete."""

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHUNK_BYTES = 1 << 20
SUMS = "SHA256SUMS"


@contextmanager
def atomic_path(path: Path | str) -> Iterator[Path]:
    """A temporary path in `path`'s folder, renamed to `path` when the block ends without an error.

    The temporary name keeps the suffix, so that writers that choose a format by suffix work.
    """
    path = Path(path)
    temporary = path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)  # mkstemp's 0600 would hide results from a group
        os.replace(temporary, path)
    except OSError as error:
        _name(error, path)
        raise
    finally:
        if temporary != path:
            temporary.unlink(missing_ok=True)


def sync_file(path: Path | str) -> None:
    """Have a file's content on disk before the call returns."""
    _sync(path)


def sync_folder(folder: Path | str) -> None:
    """Have the names in a folder on disk before the call returns, where the file system can do that."""
    try:
        _sync(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise


def _sync(path: Path | str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        error.filename = str(path)
        raise
    finally:
        os.close(descriptor)


def _name(error: OSError, path: Path) -> None:
    """Have an error of writing name the file that was meant: a write names none, and nobody knows a temporary one."""
    if error.errno is None:  # no error of the system's
        return
    if error.filename is None or Path(error.filename).name.startswith(f".{path.name}."):
        error.filename = str(path)


def write_text(path: Path | str, text: str) -> None:
    """Write `text` as UTF-8, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_bytes(path: Path | str, data: bytes | memoryview) -> None:
    """Write `data`, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


def write_json(path: Path | str, value: Any) -> None:
    """Write `value` as indented JSON with sorted keys, atomically."""
    write_text(path, as_json(value))


def as_json(value: Any) -> str:
    """The text of a JSON file as `write_json` writes it."""
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def read_json(path: Path | str) -> Any:
    """The value in a JSON file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def read_object(path: Path | str) -> dict[str, Any]:
    """The object in a JSON file; empty where it is absent or damaged, which tells as little as one that is absent."""
    try:
        value = read_json(path)
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def file_digest(path: Path | str, algorithm: str = "sha256") -> str:
    """Hexadecimal digest of a file's bytes, read in chunks."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def write_sums(folder: Path | str) -> None:
    """Write the digests of all files below a folder to its `SHA256SUMS`, in the format of `sha256sum`."""
    folder = Path(folder)
    names = files_below(folder)
    write_text(folder / SUMS, "".join(f"{file_digest(folder / name)}  {name}\n" for name in names))


def files_below(folder: Path) -> list[str]:
    """The files below a folder, relative to it and sorted: neither its digests nor what begins with a dot."""
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in paths if str(path) != SUMS and not path.name.startswith("."))


def summed(folder: Path | str) -> dict[str, str] | None:
    """File -> digest, as a folder's `SHA256SUMS` has them; None where that cannot be read."""
    try:
        lines = (Path(folder) / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def sums_faults(folder: Path | str) -> Iterator[str]:
    """What does not fit between a folder and its `SHA256SUMS`; nothing where every file has the digest it had."""
    folder = Path(folder)
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        yield f"{SUMS} cannot be read ({getattr(error, 'strerror', None) or error})"
        return
    for number, line in enumerate(lines, start=1):
        digest, _, name = line.partition("  ")
        if not name or not {"", ".", ".."}.isdisjoint(name.split("/")):
            yield f"line {number} of {SUMS} is no digest and name of a file"
            continue
        try:
            if file_digest(folder / name) != digest:
                yield f"{name} does not have the digest that {SUMS} states"
        except OSError as error:
            yield f"{name} cannot be read ({error.strerror or error})"
