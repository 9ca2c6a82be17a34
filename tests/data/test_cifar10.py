from __future__ import annotations

import pickle
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torchvision.datasets import CIFAR10

from labreport.data.arrays import describe
from labreport.data.batches import pickle_python2
from labreport.data.cifar10 import prepare
from labreport.errors import DataError

ALL = {"train_per_class": None, "test_per_class": None, "seed": 0}


class Unchecked(CIFAR10):
    """torchvision's reader, without the official batches' digests."""

    train_list = [[f"data_batch_{number}", None] for number in range(1, 6)]  # noqa: RUF012
    test_list = [["test_batch", None]]  # noqa: RUF012
    meta = {"filename": "batches.meta", "key": "label_names", "md5": None}  # noqa: RUF012


def test_arrays_are_what_torchvision_reads(images_archive: Path, images_folder: Path) -> None:
    prepared = prepare(images_archive, ALL)
    for split, inputs, labels in (
        (True, prepared.train_inputs, prepared.train_labels),
        (False, prepared.test_inputs, prepared.test_labels),
    ):
        reference = Unchecked(str(images_folder.parent), train=split)
        assert inputs.dtype == labels.dtype == np.uint8
        np.testing.assert_array_equal(inputs, reference.data.transpose(0, 3, 1, 2))
        np.testing.assert_array_equal(labels, reference.targets)
        assert prepared.classes == reference.classes


@pytest.mark.parametrize("parameters", [ALL, {"train_per_class": 3, "test_per_class": 2, "seed": 1}])
def test_archive_and_folder_give_the_same(
    images_archive: Path, images_folder: Path, parameters: dict[str, Any]
) -> None:
    one, other = prepare(images_archive, parameters), prepare(images_folder, parameters)
    for name in ("train_inputs", "train_labels", "test_inputs", "test_labels"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), strict=True)
    assert describe(one) == describe(other)


def test_part_is_balanced_and_stays_in_order(images_folder: Path) -> None:
    whole = prepare(images_folder, ALL)
    part = prepare(images_folder, {"train_per_class": 3, "test_per_class": 2, "seed": 1})
    assert describe(part)["train_counts"] == [3] * 10
    assert describe(part)["test_counts"] == [2] * 10
    place = 0
    for image, label in zip(part.train_inputs, part.train_labels, strict=True):
        while whole.train_labels[place] != label or not np.array_equal(whole.train_inputs[place], image):
            place += 1
        place += 1


def test_more_images_than_there_are(images_folder: Path) -> None:
    with pytest.raises(DataError, match="train_per_class: 11 is more than there is: class airplane has 10"):
        prepare(images_folder, {"train_per_class": 11, "test_per_class": None, "seed": 0})


IMAGES = np.zeros((2, 3072), np.uint8)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("data_batch_3", None, "data_batch_3 missing"),
        ("batches.meta", None, "batches.meta missing"),
        ("batches.meta", {b"names": []}, "batches.meta has 0 label_names, not 1 to 256"),
        ("batches.meta", [b"cat"], "batches.meta has 0 label_names, not 1 to 256"),
        ("data_batch_2", [], r"data_batch_2 holds no array of images \(n, 3072\)"),
        ("data_batch_2", {b"data": IMAGES[:, 1:], b"labels": [0, 1]}, "data_batch_2 holds no array of images"),
        ("data_batch_2", {b"data": IMAGES, b"labels": [0]}, "data_batch_2 holds 2 images and 1 labels"),
        ("batches.meta", {b"label_names": [b"x"] * 257}, "batches.meta has 257 label_names, not 1 to 256"),
        ("batches.meta", {b"label_names": [b"x"]}, "data_batch_1 holds a label outside 0 to 0"),
        ("data_batch_2", {b"data": IMAGES[:0], b"labels": []}, "data_batch_2 holds no array of images"),
        ("test_batch", {b"data": IMAGES, b"labels": [0, 10]}, "test_batch holds a label outside 0 to 9"),
        ("test_batch", {b"data": IMAGES, b"labels": [0, b"1"]}, "test_batch holds 2 images and 1 labels"),
    ],
)
def test_what_a_batch_must_hold(images_folder: Path, tmp_path: Path, name: str, content: Any, reason: str) -> None:
    folder = tmp_path / "cifar-10-batches-py"
    shutil.copytree(images_folder, folder)
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(pickle_python2(content))
    with pytest.raises(DataError, match=reason) as caught:
        prepare(folder, ALL)
    assert str(folder) in str(caught.value)


def test_hostile_batch_is_named(images_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cifar-10-batches-py"
    shutil.copytree(images_folder, folder)
    (folder / "data_batch_4").write_bytes(pickle.dumps(exit))
    with pytest.raises(DataError, match="data_batch_4 is refused: it holds the instruction FRAME"):
        prepare(folder, ALL)
