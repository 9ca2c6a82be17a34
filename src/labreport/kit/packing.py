"""Files made small to be carried: folders as tar.xz, batches of CIFAR images by what a predictor leaves of them.

A pixel is predicted from its neighbours above, at the left and between them (LOCO-I, the predictor of JPEG-LS), and
what red and blue are off by is told as a difference to green. That is exact, and a little more than half the size.
"""

from __future__ import annotations

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

from labreport.data.batches import Value, read_batch
from labreport.errors import DataError, run_step
from labreport.files import files_below, sums_faults, write_bytes

FOLDER, BATCH = ".tar.xz", ".batch.xz"
SHAPE = (3, 32, 32)
BYTES = 3 * 32 * 32
HEAD = struct.Struct("<II")  # where the pixels begin in the file, and how many images they are
# Residuals are bytes in which nothing comes twice, so that a longer search is in vain; indices of words have two bytes.
PIXELS = {"id": lzma.FILTER_LZMA2, "lc": 4, "lp": 0, "pb": 0, "dict_size": 1 << 20, "nice_len": 8, "depth": 1}
PAIRS = {"id": lzma.FILTER_LZMA2, "preset": 9, "lc": 3, "lp": 1, "pb": 1}


def _predicted(left: np.ndarray, above: np.ndarray, corner: np.ndarray) -> np.ndarray:
    low, high = np.minimum(left, above), np.maximum(left, above)
    guess: np.ndarray = np.where(corner >= high, low, np.where(corner <= low, high, left + above - corner))
    return guess


def residuals(images: np.ndarray) -> np.ndarray:
    """What the prediction is off by: uint8 (n, 3, 32, 32) -> uint8 (3, n, 32, 32)."""
    padded = np.pad(images.astype(np.int16), ((0, 0), (0, 0), (1, 0), (1, 0)))
    guess = _predicted(padded[:, :, 1:, :-1], padded[:, :, :-1, 1:], padded[:, :, :-1, :-1])
    off = (padded[:, :, 1:, 1:] - guess).astype(np.uint8).transpose(1, 0, 2, 3).copy()
    off[[0, 2]] -= off[1]
    return off


def pixels(off: np.ndarray) -> np.ndarray:
    """The images of residuals: uint8 (3, n, 32, 32) -> uint8 (n, 3, 32, 32)."""
    off = off.copy()
    off[[0, 2]] += off[1]
    off = np.ascontiguousarray(off.transpose(2, 3, 1, 0)).astype(np.int16)
    padded = np.zeros((33, 33, *off.shape[2:]), np.int16)
    for row in range(32):
        for column in range(32):
            guess = _predicted(padded[row + 1, column], padded[row, column + 1], padded[row, column])
            padded[row + 1, column + 1] = (off[row, column] + guess) & 255
    return np.ascontiguousarray(padded[1:, 1:].transpose(2, 3, 0, 1)).astype(np.uint8)


def pack_batch(data: bytes) -> bytes:
    """A batch file, or any other, from which `unpack_batch` makes the same bytes."""
    raw = _pixels_of(data)
    at, count = max(data.find(raw), 0), len(raw) // BYTES
    off = residuals(np.frombuffer(raw, np.uint8).reshape(-1, *SHAPE)).tobytes() if count else b""
    rest = data[:at] + data[at + len(raw) :]
    return lzma.compress(HEAD.pack(at, count) + off + rest, check=lzma.CHECK_CRC32, filters=[PIXELS])


def _pixels_of(data: bytes) -> bytes:
    """The images in a batch as they lie in its file; nothing where there are none."""
    try:
        images = read_batch(data, "").get("data", Value()).array()
    except DataError:
        return b""
    raw = b"" if images is None else images.tobytes()
    return raw if len(raw) % BYTES == 0 and raw in data else b""


def unpack_batch(packed: bytes) -> bytes:
    """The bytes that `pack_batch` was given."""
    data = lzma.decompress(packed)
    at, count = HEAD.unpack_from(data)
    off = np.frombuffer(data, np.uint8, count * BYTES, HEAD.size).reshape(3, count, 32, 32)
    rest = data[HEAD.size + count * BYTES :]
    return rest[:at] + (pixels(off).tobytes() if count else b"") + rest[at:]


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
                    tar.extractall(new, filter="data")
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
