from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from labreport.artifacts.code import SOURCES
from labreport.data.arrays import save
from labreport.data.prepared import Prepared
from labreport.data.stsb import prepare
from labreport.data.word2vec import train
from labreport.errors import DataError

SMALL = {"dimensions": 12, "window": 3, "epochs": 2, "seed": 0}
DATA = {"train_pairs": None, "dev_pairs": None, "test_pairs": None, "seed": 0, "length": 20, "min_count": 2}
DIGEST = """
import hashlib, sys
from labreport.data.arrays import load
from labreport.data.word2vec import train
vectors = train(load(sys.argv[1]), {"dimensions": 12, "window": 3, "epochs": 2, "seed": 0})
print(hashlib.sha256(vectors.tobytes()).hexdigest())
"""


@pytest.fixture(scope="module")
def pairs(pairs_archive: Path) -> Prepared:
    return prepare(pairs_archive, DATA)


def corpus(sentences: list[list[int]], words: int) -> Prepared:
    """Texts of one length."""
    tokens = np.array(sentences, np.uint16)
    lengths, labels = np.full(len(tokens), tokens.shape[1], np.int32), np.zeros(len(tokens), np.uint8)
    names = ["<pad>", "<unk>", *(f"w{number}" for number in range(words))]
    return Prepared("texts", ["any"], tokens, labels, tokens, labels, lengths, lengths, names)


def test_rows_belong_to_the_vocabulary(pairs: Prepared) -> None:
    assert pairs.vocabulary is not None
    vectors = train(pairs, SMALL)
    assert vectors.shape == (len(pairs.vocabulary), 12)
    assert vectors.dtype == np.float32
    assert not vectors[0].any()
    np.testing.assert_allclose(vectors[1], vectors[2:].mean(0), rtol=1e-5, atol=1e-8)
    assert np.isfinite(vectors).all()
    assert (np.linalg.norm(vectors[2:], axis=1) > 0).all()


def test_same_bits_whatever_the_hash_seed(pairs: Prepared, tmp_path: Path) -> None:
    save(pairs, tmp_path / "pairs")
    other = "1" if os.environ.get("PYTHONHASHSEED") == "0" else "0"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", DIGEST, str(tmp_path / "pairs")],
        env={**os.environ, "PYTHONPATH": str(SOURCES), "PYTHONHASHSEED": other},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == hashlib.sha256(train(pairs, SMALL).tobytes()).hexdigest()


def test_same_bits_where_several_workers_would_race() -> None:
    texts = corpus(np.random.default_rng(0).integers(2, 502, (5000, 20)).tolist(), 500)
    assert len({train(texts, SMALL).tobytes() for _ in range(3)}) == 1


def test_every_parameter_changes_them(pairs: Prepared) -> None:
    others = ({}, {"seed": 1}, {"window": 1}, {"epochs": 3}, {"dimensions": 13})
    assert len({train(pairs, {**SMALL, **other}).tobytes() for other in others}) == len(others)


def test_words_in_the_same_company_come_close() -> None:
    """w0 and w1 stand between the same neighbours, w2 and w3 between others."""
    rng = np.random.default_rng(0)
    sentences = []
    for _ in range(3000):
        group = int(rng.integers(2))
        neighbours = 6 + 10 * group + rng.integers(10, size=4)
        sentences.append([*neighbours[:2], 2 + 2 * group + int(rng.integers(2)), *neighbours[2:]])
    vectors = train(corpus(sentences, 24), {"dimensions": 16, "window": 2, "epochs": 10, "seed": 0})[2:6]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    alike = unit @ unit.T
    assert min(alike[0, 1], alike[2, 3]) > 0.9
    assert max(alike[0, 2], alike[0, 3], alike[1, 2], alike[1, 3]) < 0.5


def test_only_the_training_split_is_read(pairs: Prepared) -> None:
    changed = dataclasses.replace(pairs, dev_inputs=pairs.train_inputs, test_inputs=pairs.train_inputs)
    assert train(changed, SMALL).tobytes() == train(pairs, SMALL).tobytes()


def test_unknown_words_and_padding_are_left_out() -> None:
    rng = np.random.default_rng(0)
    plain = rng.integers(2, 12, (3000, 4))  # more than the 10,000 words that gensim takes at a time
    spread = np.zeros((3000, 8), int)
    spread[:, :4] = plain
    spread[:, 4] = 1
    spread = spread[:, [4, 0, 1, 2, 3, 5, 6, 7]]
    assert train(corpus(spread.tolist(), 10), SMALL).tobytes() == train(corpus(plain.tolist(), 10), SMALL).tobytes()


def test_each_side_of_a_pair_is_a_sentence_of_its_own() -> None:
    """Were both sides read as one, the last word of the first would be company of the second's first."""
    sides = np.random.default_rng(0).integers(2, 12, (3000, 4))
    texts = corpus(sides.tolist(), 10)
    pairs = dataclasses.replace(
        texts, classes=[], train_inputs=sides.reshape(1500, 2, 4), train_lengths=np.full((1500, 2), 4, np.int32)
    )
    assert train(pairs, SMALL).tobytes() == train(texts, SMALL).tobytes()


def test_a_word_that_was_cut_away_everywhere_has_a_vector() -> None:
    vectors = train(corpus([[2, 3], [3, 2], [2, 2]], 3), SMALL)
    assert vectors[4].any()


def test_images_and_an_empty_vocabulary_have_no_words() -> None:
    with pytest.raises(DataError, match="texts: its vocabulary has no word"):
        train(corpus([[1, 1]], 0), SMALL)
    picture, label = np.zeros((1, 3, 32, 32), np.uint8), np.zeros(1, np.uint8)
    with pytest.raises(DataError, match="animals: holds no texts"):
        train(Prepared("animals", ["cat"], picture, label, picture, label), SMALL)
