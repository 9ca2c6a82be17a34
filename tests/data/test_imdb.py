from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from labreport.data.arrays import describe
from labreport.data.imdb import content_digest, prepare
from labreport.errors import DataError

ALL = {"train_per_class": None, "test_per_class": None, "seed": 0, "vocabulary": 500, "length": 48}
TEXTS = {
    "train/neg/0_1.txt": "Bad bad film.",
    "train/neg/10_2.txt": "a c b",
    "train/neg/9_2.txt": "!!!",
    "train/pos/0_9.txt": "Good<br />film<BR/>good",
    "train/unsup/0_0.txt": "unsup unsup unsup unsup unsup",
    "train/urls_pos.txt": "http http http http",
    "test/neg/0_1.txt": "unseen bad film film film",
    "test/pos/0_10.txt": "",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_arrays_worked_out_by_hand(folder: Path) -> None:
    prepared = prepare(folder, {**ALL, "vocabulary": 6, "length": 3})
    # bad, film and good are there twice; of a, b, c, once each, the first of the alphabet gets the last place
    assert prepared.vocabulary == ["<pad>", "<unk>", "bad", "film", "good", "a"]
    assert prepared.train_inputs.tolist() == [[2, 2, 3], [1, 0, 0], [5, 1, 1], [4, 3, 4]]
    assert prepared.train_lengths is not None
    assert prepared.train_lengths.tolist() == [3, 1, 3, 3]
    assert prepared.train_labels.tolist() == [0, 0, 0, 1]
    assert prepared.test_inputs.tolist() == [[1, 2, 3], [1, 0, 0]]
    assert prepared.test_lengths is not None
    assert prepared.test_lengths.tolist() == [3, 1]
    assert prepared.train_inputs.dtype == np.uint16
    assert prepared.train_lengths.dtype == np.int32
    assert describe(prepared)["vocabulary"] == 6


def test_vocabulary_is_no_larger_than_the_words_there_are(folder: Path) -> None:
    prepared = prepare(folder, ALL)
    assert prepared.vocabulary == ["<pad>", "<unk>", "bad", "film", "good", "a", "b", "c"]
    assert prepared.train_inputs.shape == (4, 48)


def test_vocabulary_comes_from_the_drawn_part_of_the_training_split(reviews_folder: Path) -> None:
    part = prepare(reviews_folder, {**ALL, "train_per_class": 2})
    whole = prepare(reviews_folder, ALL)
    assert part.vocabulary is not None
    assert whole.vocabulary is not None
    read = {part.vocabulary[index] for index in np.unique(part.train_inputs)} - {"<pad>"}
    assert set(part.vocabulary[2:]) == read
    assert len(part.vocabulary) < len(whole.vocabulary)


def test_counts_are_those_of_an_independent_vectorizer(reviews_folder: Path) -> None:
    prepared = prepare(reviews_folder, {**ALL, "vocabulary": 40, "length": 60})
    vocabulary = prepared.vocabulary
    assert vocabulary is not None
    paths = sorted(
        reviews_folder.glob("train/*/[0-9]*.txt"), key=lambda path: (path.parent, int(path.stem.split("_")[0]))
    )
    texts = [path.read_text().replace("<br />", " ") for path in paths if path.parent.name != "unsup"]
    vectorizer = CountVectorizer(token_pattern=r"[a-z]+", vocabulary=vocabulary[2:])
    reference = vectorizer.transform(texts).toarray()
    ours = np.stack([np.bincount(row, minlength=len(vocabulary))[2:] for row in prepared.train_inputs])
    np.testing.assert_array_equal(ours, reference)
    ranked = Counter(word for text in texts for word in text.lower().replace(".", "").split()).items()
    assert vocabulary[2:] == [word for word, _ in sorted(ranked, key=lambda item: (-item[1], item[0]))[:38]]


@pytest.mark.parametrize("parameters", [ALL, {**ALL, "train_per_class": 3, "test_per_class": 2, "seed": 1}])
def test_archive_and_folder_give_the_same(
    reviews_archive: Path, reviews_folder: Path, parameters: dict[str, Any]
) -> None:
    one, other = prepare(reviews_archive, parameters), prepare(reviews_folder, parameters)
    for split in ("train", "test"):
        for part in ("inputs", "labels", "lengths"):
            name = f"{split}_{part}"
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name), strict=True)
    assert one.vocabulary == other.vocabulary
    assert describe(one) == describe(other)


def test_wide_indices_where_sixteen_bits_do_not_do(folder: Path) -> None:
    (folder / "train/pos/1_9.txt").write_text(" ".join(f"w{number}" for number in range(70_000)))
    prepared = prepare(folder, {**ALL, "vocabulary": 100_000})
    assert prepared.train_inputs.dtype == np.int32
    assert prepared.vocabulary is not None
    assert len(prepared.vocabulary) == 70_000 + 8


def test_content_digest_is_that_of_sha256sum(folder: Path) -> None:
    command = "find train/pos train/neg test/pos test/neg -name '*.txt' | LC_ALL=C sort | xargs sha256sum"
    listing = subprocess.run(command, shell=True, cwd=folder, check=True, capture_output=True).stdout
    assert content_digest(folder) == "sha256:" + hashlib.sha256(listing).hexdigest()


def test_content_digest_sees_the_reviews_and_nothing_else(folder: Path) -> None:
    before = content_digest(folder)
    (folder / "README").write_text("more")
    shutil.rmtree(folder / "train/unsup")
    (folder / "train/urls_pos.txt").unlink()
    assert content_digest(folder) == before
    (folder / "test/pos/0_10.txt").write_text("?")
    changed = content_digest(folder)
    assert changed != before
    (folder / "test/pos/0_10.txt").rename(folder / "test/pos/0_9.txt")
    assert content_digest(folder) not in (before, changed)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("train/pos/0_9.txt", None, "no review in train/pos/"),
        ("train/pos/5_9.txt", b"\xff\xfe", r"train/pos/5_9.txt: is not UTF-8"),
        ("train/pos/review.txt", b"good", r"reviews are named NUMBER_RATING.txt"),
        ("train/pos/0_8.txt", b"good", r"each number once"),
    ],
)
def test_folder_that_is_no_imdb(folder: Path, name: str, content: bytes | None, reason: str) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=reason) as caught:
        prepare(folder, ALL)
    assert str(folder) in str(caught.value)


def test_more_reviews_than_there_are(folder: Path) -> None:
    with pytest.raises(DataError, match="test_per_class: 2 is more than there is: class negative has 1"):
        prepare(folder, {**ALL, "test_per_class": 2})
