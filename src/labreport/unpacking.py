"""Archives unpacked into a folder, and nowhere else."""

import tarfile
from pathlib import Path


def extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Unpack files, folders, and links that stay inside.

    Args:
        archive: opened for reading.
        folder: where to, made where it is not there.

    Raises:
        tarfile.TarError: a member is something else, or leads out of the folder.
    """
    if hasattr(tarfile, "data_filter"):
        archive.extractall(folder, filter="data")
        return
    folder.mkdir(parents=True, exist_ok=True)
    for member in archive:  # Python before 3.11.4, such as Debian 12's, has no filters
        # one after the other, since a link that is there by now can lead the next one out
        if not _stays_inside(member, folder.resolve()):
            raise tarfile.ExtractError(f"{member.name!r} is no file or folder, or leads out of the archive's own")
        archive.extract(member, folder, set_attrs=False)


def _stays_inside(member: tarfile.TarInfo, folder: Path) -> bool:
    place = folder / member.name
    targets = [place]
    if member.issym():
        targets.append(place.parent / member.linkname)
    elif member.islnk():
        targets.append(folder / member.linkname)
    known = member.isreg() or member.isdir() or member.issym() or member.islnk()
    return known and all(target.resolve().is_relative_to(folder) for target in targets)
