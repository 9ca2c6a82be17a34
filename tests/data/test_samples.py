"""The generated samples: the formats are the official ones, and the tasks are neither trivial nor hopeless."""

from __future__ import annotations

import hashlib
import os
import re
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.preprocessing import StandardScaler

from labreport.data import cifar10, imdb, samples_images, samples_pairs, samples_reviews
from labreport.data.arrays import describe
from labreport.data.prepared import Prepared

DECLARED = yaml.safe_load((Path(__file__).parents[2] / "config" / "datasets.yaml").read_text(encoding="utf-8"))
GENERATORS = {"cifar10": samples_images, "imdb": samples_reviews}
ALL = {"train_per_class": None, "test_per_class": None, "seed": 0}


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The samples with the parameters of datasets.yaml, by data set."""
    folder = tmp_path_factory.mktemp("samples")
    paths = {}
    for name, generator in GENERATORS.items():
        assert DECLARED[name]["sample"]["generator"] == generator.__name__
        paths[name] = folder / DECLARED[name]["archive"]["file"]
        generator.write_archive(paths[name], DECLARED[name]["sample"]["parameters"])
    return paths


@pytest.fixture(scope="module")
def images(declared: dict[str, Path]) -> Prepared:
    return cifar10.prepare(declared["cifar10"], ALL)


@pytest.fixture(scope="module")
def reviews(declared: dict[str, Path]) -> Prepared:
    return imdb.prepare(declared["imdb"], {**ALL, "vocabulary": 500, "length": 48})


def test_samples_are_small(declared: dict[str, Path]) -> None:
    assert sum(path.stat().st_size for path in declared.values()) < 2_000_000


@pytest.mark.parametrize("name", GENERATORS)
def test_samples_are_as_many_as_declared(name: str, images: Prepared, reviews: Prepared) -> None:
    about = describe({"cifar10": images, "imdb": reviews}[name])
    parameters = DECLARED[name]["sample"]["parameters"]
    assert set(about["train_counts"]) == {parameters["train_per_class"]}
    assert set(about["test_counts"]) == {parameters["test_per_class"]}


@pytest.mark.parametrize("generator", GENERATORS.values(), ids=GENERATORS)
def test_same_bytes_wherever_and_whenever(generator: Any, tmp_path: Path) -> None:
    parameters = {"train_per_class": 6, "test_per_class": 2, "seed": 0}
    generator.write_archive(tmp_path / "one", parameters)
    np.random.seed(7)
    os.utime(tmp_path / "one", (0, 0))
    generator.write_archive(tmp_path / "another name", parameters)
    generator.write_archive(tmp_path / "other", {**parameters, "seed": 1})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "another name").read_bytes()
    assert (tmp_path / "one").read_bytes() != (tmp_path / "other").read_bytes()


SMALL = {
    "cifar10": {"train_per_class": 6, "test_per_class": 2, "seed": 0},
    "imdb": {"train_per_class": 40, "test_per_class": 5, "seed": 0},
    "stsb": {"train_pairs": 150, "dev_pairs": 20, "test_pairs": 10, "seed": 0},
}
DIGESTS = {
    "cifar10": "67dd70e8ac6b6199",
    "imdb": "438f49c709bbb4ed",
    "stsb": "9ad31f120f074e9f",
}


@pytest.mark.parametrize("name", DIGESTS)
def test_samples_stay_those_that_demos_were_made_from(name: str, tmp_path: Path) -> None:
    """Files alone are told apart: how well they are packed is zlib's affair."""
    {**GENERATORS, "stsb": samples_pairs}[name].write_archive(tmp_path / "archive", SMALL[name])
    digest = hashlib.sha256()
    with tarfile.open(tmp_path / "archive") as tar:
        for member in tar:
            content = tar.extractfile(member)
            assert content is not None
            digest.update(member.name.encode() + content.read())
    assert digest.hexdigest()[:16] == DIGESTS[name]


def test_names_inside_are_the_official_ones(declared: dict[str, Path]) -> None:
    with tarfile.open(declared["cifar10"]) as tar:
        expected = {f"cifar-10-batches-py/{name}" for name in DECLARED["cifar10"]["folder"]["files"]}
        assert set(tar.getnames()) == expected
    with tarfile.open(declared["imdb"]) as tar:
        names = tar.getnames()
    labelled = re.compile(r"aclImdb/(train|test)/(pos/\d+_([7-9]|10)|neg/\d+_[1-4])\.txt")
    others = [name for name in names if not labelled.fullmatch(name)]
    assert others == ["aclImdb/README", *(f"aclImdb/train/unsup/{number}_0.txt" for number in range(4))]


def test_no_image_and_no_review_is_in_both_splits(images: Prepared, reviews: Prepared) -> None:
    train = {image.tobytes() for image in images.train_inputs}
    assert len(train) == len(images.train_inputs)
    assert not any(image.tobytes() in train for image in images.test_inputs)
    texts = {row.tobytes() for row in reviews.train_inputs}
    assert np.mean([row.tobytes() in texts for row in reviews.test_inputs]) < 0.01


def accuracy_of_linear(train: np.ndarray, train_labels: np.ndarray, test: np.ndarray, labels: np.ndarray) -> float:
    """The best test accuracy of a linear classifier over penalties from weak to strong."""
    scaler = StandardScaler().fit(train)
    train, test = scaler.transform(train), scaler.transform(test)
    fits = [RidgeClassifier(alpha=alpha).fit(train, train_labels) for alpha in (1e1, 1e3, 1e5)]
    return max(fit.score(test, labels) for fit in fits)


def test_images_are_not_linear_but_their_rule_can_be_recovered(images: Prepared) -> None:
    train, test = (inputs.reshape(len(inputs), -1) / 255 for inputs in (images.train_inputs, images.test_inputs))
    linear = accuracy_of_linear(train, images.train_labels, test, images.test_labels)
    assert 0.05 < linear < 0.3
    found = np.array([recovered_texture(image) for image in images.test_inputs])
    assert (found == images.test_labels // 5).mean() > 0.9


def recovered_texture(image: np.ndarray) -> bool:
    """Whether the picture is striped: its rows then differ far more often from their neighbours than its columns."""
    grey = image.astype(float).mean(0)
    down, across = (np.abs(np.diff(grey, axis=axis)).mean() for axis in (0, 1))
    return bool(down > 1.5 * across)


def test_words_alone_do_not_tell_what_a_review_thinks(reviews: Prepared) -> None:
    assert reviews.vocabulary is not None
    size = len(reviews.vocabulary)
    train, test = (
        np.stack([np.bincount(row, minlength=size)[1:] for row in inputs])
        for inputs in (reviews.train_inputs, reviews.test_inputs)
    )
    counted = accuracy_of_linear(train, reviews.train_labels, test, reviews.test_labels)
    regression = LogisticRegression(C=0.1, max_iter=1000).fit(train, reviews.train_labels)
    for accuracy in (counted, regression.score(test, reviews.test_labels)):
        assert 0.45 < accuracy < 0.7


def test_order_tells_what_a_review_thinks(reviews: Prepared) -> None:
    words = reviews.vocabulary
    assert words is not None
    for inputs, labels in ((reviews.train_inputs, reviews.train_labels), (reviews.test_inputs, reviews.test_labels)):
        read = [last_judgement([words[index] for index in row]) for row in inputs]
        assert read == labels.tolist()


def last_judgement(tokens: list[str]) -> bool:
    kind, unkind = set(samples_reviews.KIND), set(samples_reviews.UNKIND)
    place = max(position for position, word in enumerate(tokens) if word in kind | unkind)
    return (tokens[place] in kind) != (tokens[place - 1] == "not")


def test_reviews_are_short_and_their_words_few(reviews: Prepared) -> None:
    assert reviews.vocabulary is not None
    assert reviews.train_lengths is not None
    assert len(reviews.vocabulary) < 400
    assert reviews.train_lengths.min() >= 15
    assert reviews.train_lengths.max() <= 45
    assert (reviews.test_inputs == 1).sum() == 0
