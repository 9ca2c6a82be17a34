"""What is packed comes out with the same bytes."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest

from labreport.data.batches import pickle_python2
from labreport.errors import DataError
from labreport.files import SUMS, write_sums
from labreport.kit.packing import pack_batch, pack_folder, unpack, unpack_batch

IMAGES = {
    "random": np.random.default_rng(0).integers(0, 256, (20, 3, 32, 32), dtype=np.uint8),
    "extreme": np.random.default_rng(1).choice(np.array([0, 255], np.uint8), (20, 3, 32, 32)),
    "black": np.zeros((1, 3, 32, 32), np.uint8),
    "white": np.full((2, 3, 32, 32), 255, np.uint8),
    "smooth": (np.add.outer(np.arange(32), np.arange(32)) * np.ones((4, 3, 1, 1))).astype(np.uint8),
    "none": np.zeros((0, 3, 32, 32), np.uint8),
}


def batch(images: np.ndarray) -> bytes:
    return pickle_python2({b"data": images.reshape(len(images), 3072), b"labels": [1] * len(images)})


@pytest.mark.parametrize("name", IMAGES)
def test_images_come_out_as_they_were(name):
    assert unpack_batch(pack_batch(batch(IMAGES[name]))) == batch(IMAGES[name])


def test_smooth_images_get_small():
    images = np.tile(IMAGES["smooth"], (50, 1, 1, 1))
    images += np.random.default_rng(0).integers(0, 4, images.shape, dtype=np.uint8)
    assert len(pack_batch(batch(images))) < 0.5 * images.size


@pytest.mark.parametrize(
    "data", [b"", b"no pickle", pickle.dumps({b"data": b"x" * 3072}), batch(IMAGES["random"])[:-9]]
)
def test_any_other_file_comes_out_as_it_was(data):
    assert unpack_batch(pack_batch(data)) == data


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "made"
    made.mkdir()
    tokens = np.random.default_rng(0).integers(0, 9, (30, 300), dtype=np.uint16)
    np.save(made / "train_inputs.npy", tokens)
    (made / "words.txt").write_text("a\nb\n", encoding="utf-8")
    write_sums(made)
    return made


def test_a_folder_comes_out_as_it_was(folder, tmp_path):
    packed = tmp_path / "x.tar.xz"
    packed.write_bytes(pack_folder(folder))
    unpack(packed, tmp_path / "new" / "place", "")
    for path in folder.iterdir():
        assert (tmp_path / "new" / "place" / path.name).read_bytes() == path.read_bytes()
    assert pack_folder(tmp_path / "new" / "place") == packed.read_bytes()


def test_a_folder_with_other_bytes_is_refused(folder, tmp_path):
    (folder / "words.txt").write_text("c\n", encoding="utf-8")
    packed = tmp_path / "x.tar.xz"
    packed.write_bytes(pack_folder(folder))
    with pytest.raises(DataError, match=f"words.txt does not have the digest that {SUMS} states"):
        unpack(packed, tmp_path / "new", "")
    assert {path.name for path in tmp_path.iterdir()} == {"made", "x.tar.xz"}


@pytest.mark.parametrize("name", ["x.tar.xz", "x.batch"])
@pytest.mark.parametrize("share", [0, 0.5])
def test_a_truncated_part_is_refused(name, share, folder, tmp_path):
    whole = pack_folder(folder) if name == "x.tar.xz" else pack_batch(batch(IMAGES["random"]))
    (tmp_path / name).write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match="is damaged"):
        unpack(tmp_path / name, tmp_path / "new", "")
    assert not (tmp_path / "new").exists()


def test_a_batch_must_have_its_digest(tmp_path):
    data = batch(IMAGES["random"])
    (tmp_path / "x.batch").write_bytes(pack_batch(data))
    unpack(tmp_path / "x.batch", tmp_path / "raw" / "batch", f"md5:{hashlib.md5(data).hexdigest()}")
    assert (tmp_path / "raw" / "batch").read_bytes() == data
    with pytest.raises(DataError, match="does not hold the file with md5:0"):
        unpack(tmp_path / "x.batch", tmp_path / "new", "md5:0")
    assert not (tmp_path / "new").exists()
