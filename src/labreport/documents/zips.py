"""Zip files: the same bytes whenever they are made, and nothing taken out that is not safe."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from labreport.errors import DataError

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can state
LEVEL = 6
MOST_BYTES, MOST_IN_ALL, MOST_FILES = 256 << 20, 2 << 30, 20_000
PACKED_MOST = 200  # times; text is packed to a fiftieth at best
SMALL = 1 << 20  # bytes of a file that may be packed as well as it can
FILE, NO_TYPE, TYPE = 0o100000, 0, 0o170000  # of Unix


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of a zip of one's own, by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    """A zip of some files in the order in which they come, the same bytes whenever it is made."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as file:
        for name, data in parts.items():
            about = zipfile.ZipInfo(name, EPOCH)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.create_system = 3  # Unix, on whatever system it is made
            about.external_attr = (FILE | 0o644) << 16
            file.writestr(about, data)
    return buffer.getvalue()


def unpacked_size(path: Path) -> int:
    """How many bytes the files of a zip have; 0 where it is none."""
    try:
        with zipfile.ZipFile(path) as file:
            return sum(member.file_size for member in file.infolist())
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (OSError, zipfile.BadZipFile, ValueError):
        return 0


def unpack(path: Path, to: Path) -> Path:
    """Take a zip that somebody sent out to a folder; all of it lies in one folder, which is returned.

    Raises:
        DataError: it cannot be read, a name in it leads elsewhere or comes twice, something in it is no plain file, or
            it holds more than any report does.
    """
    try:
        with zipfile.ZipFile(path) as file:
            members = [one for one in file.infolist() if not one.is_dir()]
            for member in members:
                if why := _refused(member):
                    raise DataError(f"{path}: refused: {member.filename!r} {why}; nothing was taken out")
            names = [member.filename for member in members]
            if len({name.casefold() for name in names}) < len(names):
                raise DataError(f"{path}: refused: two files in it have one name; nothing was taken out")
            if len(names) > MOST_FILES or sum(member.file_size for member in members) > MOST_IN_ALL:
                limits = f"{MOST_FILES:,} files and {MOST_IN_ALL >> 30} GiB"
                raise DataError(f"{path}: refused: it holds more than {limits}; nothing was taken out")
            roots = {name.partition("/")[0] for name in names}
            if len(roots) != 1 or not all("/" in name for name in names):
                raise DataError(f"{path}: refused: an archive that was handed in holds one folder, found {len(roots)}")
            for member in members:
                target = to / member.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.read(member))
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{path}: cannot be read as a zip ({error}); it is damaged, ask for it again") from error
    return to / roots.pop()


def _refused(member: zipfile.ZipInfo) -> str:
    """Why a file is not taken out; empty where it is."""
    name, kind = member.filename, (member.external_attr >> 16) & TYPE
    parts = name.split("/")
    if name.startswith("/") or not {"", ".", ".."}.isdisjoint(parts) or set(name) & set('\\:\0*?"<>|'):
        return "leads out of the archive, or is no name everywhere"
    if kind not in (FILE, NO_TYPE):
        return "is no plain file"
    if member.flag_bits & 1:
        return "is encrypted"
    if member.file_size > MOST_BYTES:
        return f"has {member.file_size:,} bytes, {MOST_BYTES:,} are allowed"
    if member.file_size > SMALL and member.file_size > PACKED_MOST * member.compress_size:
        return "is packed more densely than any result is"
    return ""
