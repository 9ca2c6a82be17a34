"""The generated samples, small, as archives and as unpacked folders."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from labreport.data import samples_images, samples_pairs, samples_reviews
from labreport.unpacking import extract

SMALL = {"train_per_class": 10, "test_per_class": 4, "seed": 3}
PAIRS = {"train_pairs": 60, "dev_pairs": 12, "test_pairs": 12, "seed": 3}


@pytest.fixture(scope="session")
def images_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("images") / "cifar-10-python.tar.gz"
    samples_images.write_archive(path, SMALL)
    return path


@pytest.fixture(scope="session")
def reviews_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reviews") / "aclImdb_v1.tar.gz"
    samples_reviews.write_archive(path, SMALL)
    return path


@pytest.fixture(scope="session")
def pairs_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pairs") / "Stsbenchmark.tar.gz"
    samples_pairs.write_archive(path, PAIRS)
    return path


@pytest.fixture(scope="session")
def images_folder(images_archive: Path) -> Path:
    return _unpacked(images_archive, "cifar-10-batches-py")


@pytest.fixture(scope="session")
def reviews_folder(reviews_archive: Path) -> Path:
    return _unpacked(reviews_archive, "aclImdb")


@pytest.fixture(scope="session")
def pairs_folder(pairs_archive: Path) -> Path:
    return _unpacked(pairs_archive, "stsbenchmark")


def _unpacked(archive: Path, name: str) -> Path:
    with tarfile.open(archive) as tar:
        extract(tar, archive.parent)
    return archive.parent / name
