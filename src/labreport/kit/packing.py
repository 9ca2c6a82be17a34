"""Files made small to be carried: folders as tar.xz, batches of CIFAR images with their images as one lossless WebP."""

import hashlib
import io
import lzma
import struct
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from labreport.data.batches import Value, read_batch
from labreport.errors import DataError, run_step
from labreport.files import files_below, sums_faults, write_bytes
from labreport.unpacking import extract

FOLDER, BATCH = ".tar.xz", ".batch"
SIDE, COLUMNS = 32, 100  # of an image, in pixels, and of the WebP, in images
BYTES = 3 * SIDE * SIDE
MOST = COLUMNS * (16383 // SIDE)  # images in a WebP, whose height is limited
HEAD = struct.Struct("<III")  # where the pixels begin in the file, how many images they are, and bytes of the WebP
# Of tar files: the indices of words have two bytes.
PAIRS = {"id": lzma.FILTER_LZMA2, "preset": 9, "lc": 3, "lp": 1, "pb": 1}


def pack_batch(data: bytes) -> bytes:
    """A batch file, or any other, from which `unpack_batch` makes the same bytes."""
    raw = _pixels_of(data)
    at, count = max(data.find(raw), 0), len(raw) // BYTES
    webp = io.BytesIO()
    if count:
        whole = raw.ljust(-(-count // COLUMNS) * COLUMNS * BYTES, b"\0")
        images = np.frombuffer(whole, np.uint8).reshape(-1, COLUMNS, 3, SIDE, SIDE)
        picture = images.transpose(0, 3, 1, 4, 2).reshape(-1, COLUMNS * SIDE, 3)
        Image.fromarray(picture).save(webp, "webp", lossless=True, method=0, quality=0)
    return HEAD.pack(at, count, webp.tell()) + webp.getvalue() + lzma.compress(data[:at] + data[at + len(raw) :])


def _pixels_of(data: bytes) -> bytes:
    """The images in a batch as they lie in its file; nothing where there are none."""
    try:
        images = read_batch(data, "").get("data", Value()).array()
    except DataError:
        return b""
    raw = b"" if images is None else images.tobytes()
    return raw if len(raw) % BYTES == 0 and len(raw) <= MOST * BYTES and raw in data else b""


def unpack_batch(packed: bytes) -> bytes:
    """The bytes that `pack_batch` was given.

    Raises:
        ValueError, lzma.LZMAError, struct.error: it is damaged.
    """
    at, count, size = HEAD.unpack_from(packed)
    webp, rest, raw = packed[HEAD.size : HEAD.size + size], lzma.decompress(packed[HEAD.size + size :]), b""
    if count:
        try:
            picture = np.asarray(Image.open(io.BytesIO(webp)))
        except OSError as error:  # which Pillow calls a damaged picture
            raise ValueError(error) from None
        raw = picture.reshape(-1, SIDE, COLUMNS, SIDE, 3).transpose(0, 2, 4, 1, 3).tobytes()[: count * BYTES]
    return rest[:at] + raw + rest[at:]


def pack_files(files: Mapping[str, Path]) -> bytes:
    """A tar.xz of some files by their names in it, the same bytes for the same files."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name in sorted(files):
            content = files[name].read_bytes()
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return lzma.compress(packed.getvalue(), filters=[PAIRS])


def pack_folder(folder: Path) -> bytes:
    """A tar.xz of all files of a complete folder."""
    return pack_files({name: folder / name for name in [*files_below(folder), "SHA256SUMS"]})


def unpack(packed: Path, target: Path, digest: str) -> None:
    """Unpack a part of a kit, as a whole.

    Args:
        packed: the part.
        target: the folder or file that it becomes.
        digest: of a file, as `md5:HEX`.

    Raises:
        DataError: it is damaged.
    """
    try:
        if packed.name.endswith(FOLDER):
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as temporary:
                new = Path(temporary) / "new"
                with tarfile.open(packed, "r:xz") as tar:
                    extract(tar, new)
                if fault := next(sums_faults(new), None):
                    raise ValueError(fault)
                new.rename(target)
            return
        data = unpack_batch(packed.read_bytes())
        algorithm, _, expected = digest.partition(":")
        if hashlib.new(algorithm, data, usedforsecurity=False).hexdigest() != expected:
            raise ValueError(f"it does not hold the file with {digest}")
    except (lzma.LZMAError, EOFError, tarfile.TarError, ValueError, struct.error) as error:
        raise DataError(f"{packed}: is damaged ({error}); carry it once more") from error
    write_bytes(target, data)


def main(argv: Sequence[str] | None = None) -> None:
    """`python -m labreport.kit.packing PART TARGET DIGEST`: see `unpack`."""
    packed, target, digest = sys.argv[1:] if argv is None else argv
    unpack(Path(packed), Path(target), digest)


if __name__ == "__main__":
    sys.exit(run_step(main))
