"""The generated pairs: the format is the official one, and the task is neither trivial nor hopeless."""

from __future__ import annotations

import re
import tarfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml
from scipy.stats import pearsonr

from labreport.data import samples_pairs
from labreport.data.arrays import describe
from labreport.data.prepared import TOP_SCORE, Prepared
from labreport.data.stsb import prepare

DECLARED = yaml.safe_load((Path(__file__).parents[2] / "config" / "datasets.yaml").read_text(encoding="utf-8"))["stsb"]
SMALL = {"train_pairs": 20, "dev_pairs": 5, "test_pairs": 6, "seed": 0}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with the parameters of datasets.yaml."""
    path = tmp_path_factory.mktemp("samples") / DECLARED["archive"]["file"]
    samples_pairs.write_archive(path, DECLARED["sample"]["parameters"])
    return path


@pytest.fixture(scope="module")
def pairs(archive: Path) -> Prepared:
    return prepare(archive, DECLARED["parameters"])


@pytest.fixture(scope="module")
def rows(archive: Path) -> dict[str, list[list[str]]]:
    """Columns by line and split."""
    with tarfile.open(archive) as tar:
        return {split: table(tar, split) for split in ("train", "dev", "test")}


def table(tar: tarfile.TarFile, split: str) -> list[list[str]]:
    file = tar.extractfile(f"stsbenchmark/sts-{split}.csv")
    assert file is not None
    return [line.split("\t") for line in file.read().decode("ascii").splitlines()]


def test_it_is_as_declared_and_small(archive: Path, pairs: Prepared) -> None:
    assert DECLARED["sample"]["generator"] == samples_pairs.__name__
    assert archive.stat().st_size < 100_000
    about, parameters = describe(pairs), DECLARED["sample"]["parameters"]
    for split in ("train", "dev", "test"):
        assert about[f"{split}_samples"] == parameters[f"{split}_pairs"]


def test_names_inside_are_the_official_ones(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        names = tar.getnames()
    assert sorted(names) == sorted(f"stsbenchmark/{name}" for name in ("readme.txt", *DECLARED["folder"]["files"]))


def test_same_bytes_wherever_and_whenever(tmp_path: Path) -> None:
    samples_pairs.write_archive(tmp_path / "one", SMALL)
    np.random.seed(7)
    samples_pairs.write_archive(tmp_path / "another name", SMALL)
    samples_pairs.write_archive(tmp_path / "other", {**SMALL, "seed": 1})
    assert (tmp_path / "one").read_bytes() == (tmp_path / "another name").read_bytes()
    assert (tmp_path / "one").read_bytes() != (tmp_path / "other").read_bytes()


def test_lines_have_all_that_makes_the_format_hard(rows: dict[str, list[list[str]]]) -> None:
    lines = [line for lines in rows.values() for line in lines]
    widths = Counter(len(line) for line in lines)
    assert set(widths) == {7, 9}
    assert 0.02 < widths[9] / len(lines) < 0.1
    quotes = sum(line[column].count('"') % 2 for line in lines for column in (5, 6))
    assert 0.02 < quotes / (2 * len(lines)) < 0.1
    assert all(re.fullmatch(r"\d\.\d{3}", line[4]) for line in lines)


def test_scores_follow_from_what_the_sentences_say(rows: dict[str, list[list[str]]]) -> None:
    for line in rows["train"]:
        one, other = (meanings(sentence) for sentence in line[5:7])
        weights = (samples_pairs.PARTS[part][0] for part in one if one[part] == other[part])
        assert float(line[4]) == pytest.approx(sum(weights))


def meanings(sentence: str) -> dict[str, int]:
    """The place of each part's meaning, found by its words."""
    found = {}
    for part, (_, ways) in samples_pairs.PARTS.items():
        said = [
            place for place, way in enumerate(ways) if any(re.search(rf"\b{word}\b", sentence, re.I) for word in way)
        ]
        assert len(said) == 1, (sentence, part)
        found[part] = said[0]
    return found


def test_scores_reach_from_one_end_to_the_other(pairs: Prepared) -> None:
    assert sum(weight for weight, _ in samples_pairs.PARTS.values()) == TOP_SCORE
    for split in ("train", "dev", "test"):
        scores = pairs.arrays(split)[1]
        assert (scores.min(), scores.max()) == (0, TOP_SCORE)
        assert 2 < scores.mean() < 3
        assert scores.std() > 1.5


def test_no_pair_of_the_test_split_was_seen(rows: dict[str, list[list[str]]]) -> None:
    train = {tuple(line[5:7]) for line in rows["train"]}
    assert not any(tuple(line[5:7]) in train for line in rows["dev"] + rows["test"])


def test_common_words_tell_half_of_it(pairs: Prepared) -> None:
    overlap = [len(set(a) & set(b)) / len(set(a) | set(b)) for a, b in pairs.test_inputs.tolist()]
    assert 0.4 < pearsonr(overlap, pairs.test_labels).statistic < 0.75


def test_which_words_mean_the_same_can_be_learnt(pairs: Prepared) -> None:
    """Least squares over pairs of words, one from either sentence, find it in the training split."""
    size = len(pairs.vocabulary or ())

    def joint(inputs: np.ndarray) -> np.ndarray:
        held = np.stack([[np.bincount(side, minlength=size) > 0 for side in pair] for pair in inputs]).astype(float)
        both = held[:, 0, :, None] * held[:, 1, None, :]
        return (both + both.transpose(0, 2, 1)).reshape(len(inputs), -1)

    train, test = joint(pairs.train_inputs), joint(pairs.test_inputs)
    kernel = train @ train.T + 10 * np.eye(len(train))
    centre = pairs.train_labels.mean()
    predicted = test @ (train.T @ np.linalg.solve(kernel, pairs.train_labels - centre))
    assert pearsonr(predicted, pairs.test_labels).statistic > 0.8


def test_words_are_few_and_some_are_unknown(pairs: Prepared) -> None:
    assert pairs.vocabulary is not None
    assert len(pairs.vocabulary) < 120
    assert pairs.unknown is not None
    for split in ("train", "dev", "test"):
        assert 0.005 < pairs.unknown[split]["unknown"] / pairs.unknown[split]["tokens"] < 0.03
