from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labreport.data.arrays import describe
from labreport.data.stsb import prepare
from labreport.data.words import words
from labreport.errors import DataError

ALL = {"train_pairs": None, "dev_pairs": None, "test_pairs": None, "seed": 0, "length": 55, "min_count": 1}


def line(score: str, one: str, other: str, *more: str) -> str:
    return "\t".join(("main-news", "headlines", "2013", "0007", score, one, other, *more))


# As in the official files: quotation marks that match and that do not, two more columns, and sentences with a
# vertical tab or a line separator, which are no ends of lines.
TRAIN = (
    line("5.000", 'A "man" runs.', "A man runs", "http://a.example", "CC BY"),
    line("0.0", '"Unmatched', "man\u2028man\x0bman"),
    line("2.75", "", "!!!"),
    line("4", "runs runs runs runs", "A unseen-once"),
)
SPLITS = {"train": TRAIN, "dev": (line("3.2", "a woman", "man"),), "test": (line("1", "A", "B"), line("2", "C", "a"))}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for split, lines in SPLITS.items():
        (tmp_path / f"sts-{split}.csv").write_text("".join(f"{row}\n" for row in lines), encoding="utf-8", newline="")
    return tmp_path


def test_arrays_worked_out_by_hand(folder: Path) -> None:
    prepared = prepare(folder, {**ALL, "length": 3, "min_count": 3})
    # runs: six times, man: five, a: three; the others once
    assert prepared.vocabulary == ["<pad>", "<unk>", "runs", "man", "a"]
    assert prepared.train_inputs.tolist() == [
        [[4, 3, 2], [4, 3, 2]],
        [[1, 0, 0], [3, 3, 3]],
        [[1, 0, 0], [1, 0, 0]],
        [[2, 2, 2], [4, 1, 1]],
    ]
    assert prepared.train_lengths is not None
    assert prepared.train_lengths.tolist() == [[3, 3], [1, 3], [1, 1], [3, 3]]
    assert prepared.train_labels.tolist() == [5, 0, 2.75, 4]
    assert prepared.dev_inputs is not None
    assert prepared.dev_inputs.tolist() == [[[4, 1, 0], [3, 0, 0]]]
    assert prepared.test_inputs.tolist() == [[[4, 0, 0], [1, 0, 0]], [[1, 0, 0], [4, 0, 0]]]
    assert prepared.train_inputs.dtype == prepared.train_lengths.dtype == np.int32
    assert prepared.train_labels.dtype == np.float32
    assert prepared.classes == []
    assert prepared.unknown == {
        "train": {"tokens": 18, "unknown": 5},
        "dev": {"tokens": 3, "unknown": 1},
        "test": {"tokens": 4, "unknown": 2},
    }


def test_equally_frequent_words_rank_alphabetically(folder: Path) -> None:
    vocabulary = prepare(folder, ALL).vocabulary
    assert vocabulary is not None
    counts = Counter(word for row in TRAIN for text in row.split("\t")[5:7] for word in words(text))
    assert vocabulary[2:] == [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def test_line_ends_do_not_matter(folder: Path, tmp_path: Path) -> None:
    before = prepare(folder, ALL)
    for split, lines in SPLITS.items():
        (folder / f"sts-{split}.csv").write_text("\r\n".join(lines), encoding="utf-8", newline="")
    after = prepare(folder, ALL)
    assert before.vocabulary == after.vocabulary
    for split in ("train", "dev", "test"):
        for one, other in zip(before.arrays(split), after.arrays(split), strict=True):
            np.testing.assert_array_equal(one, other, strict=True)


def test_archive_is_what_the_csv_module_reads(pairs_archive: Path, pairs_folder: Path) -> None:
    prepared = prepare(pairs_archive, ALL)
    vocabulary = prepared.vocabulary
    assert vocabulary is not None
    for split in ("train", "dev", "test"):
        text = (pairs_folder / f"sts-{split}.csv").read_text(encoding="utf-8")
        rows = list(csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))
        assert {len(row) for row in rows} <= {7, 9}
        inputs, labels, lengths = prepared.arrays(split)
        assert lengths is not None
        assert labels.tolist() == [pytest.approx(float(row[4])) for row in rows]
        for row, pair, real in zip(rows, inputs, lengths, strict=True):
            for side, text in enumerate(row[5:7]):
                found = [vocabulary[index] for index in pair[side, : real[side]]]
                expected = re.sub(r"[^a-z0-9 ]", " ", text.lower()).split()
                assert found == [word if word in vocabulary else "<unk>" for word in expected]
                assert not pair[side, real[side] :].any()


@pytest.mark.parametrize("parameters", [ALL, {**ALL, "train_pairs": 9, "dev_pairs": 2, "test_pairs": 3, "seed": 1}])
def test_archive_and_folder_give_the_same(pairs_archive: Path, pairs_folder: Path, parameters: dict[str, Any]) -> None:
    one, other = prepare(pairs_archive, parameters), prepare(pairs_folder, parameters)
    assert one.vocabulary == other.vocabulary
    assert describe(one) == describe(other)
    for split in ("train", "dev", "test"):
        for mine, theirs in zip(one.arrays(split), other.arrays(split), strict=True):
            np.testing.assert_array_equal(mine, theirs, strict=True)


def test_a_part_has_its_own_vocabulary_and_keeps_its_order(pairs_folder: Path) -> None:
    whole, part = prepare(pairs_folder, ALL), prepare(pairs_folder, {**ALL, "train_pairs": 9, "dev_pairs": 2})
    about = describe(part)
    assert (about["train_samples"], about["dev_samples"], about["test_samples"]) == (9, 2, len(whole.test_labels))
    assert part.vocabulary is not None
    assert whole.vocabulary is not None
    assert part.unknown is not None
    assert part.unknown["train"]["unknown"] == 0
    assert {part.vocabulary[index] for index in np.unique(part.train_inputs)} | {"<unk>"} == set(part.vocabulary)

    def told(prepared: Any, index: int) -> tuple[Any, ...]:
        return tuple(" ".join(prepared.vocabulary[word] for word in side) for side in prepared.train_inputs[index])

    everything = [told(whole, index) for index in range(len(whole.train_labels))]
    places = [everything.index(told(part, index)) for index in range(9)]
    assert places == sorted(places)
    assert part.train_labels.tolist() == whole.train_labels[places].tolist()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (line("2.5", "one sentence", "x").rpartition("\t")[0], "found 6 of the 7 columns that are needed"),
        ("", "found 1 of the 7 columns"),
        (line("2.5", "a", "b").replace("\t", ","), "found 1 of the 7 columns"),
        (line("5.001", "a", "b"), "found the score '5.001' in column 5, allowed is a number from 0 to 5"),
        (line("-0.1", "a", "b"), "found the score '-0.1'"),
        (line("nan", "a", "b"), "found the score 'nan'"),
        (line("inf", "a", "b"), "found the score 'inf'"),
        (line("high", "a", "b"), "found the score 'high'"),
        (line("", "a", "b"), "found the score ''"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_that_is_no_pair_is_named(folder: Path, row: str, reason: str, end: str) -> None:
    lines = [TRAIN[0], TRAIN[1], row, TRAIN[2]]
    (folder / "sts-train.csv").write_text("".join(f"{one}{end}" for one in lines), encoding="utf-8", newline="")
    with pytest.raises(DataError) as caught:
        prepare(folder, ALL)
    assert f"{folder}: sts-train.csv:3: {reason}" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("sts-dev.csv", None, "sts-dev.csv missing"),
        ("sts-test.csv", b"", "sts-test.csv:1: found 1 of the 7 columns"),
        ("sts-dev.csv", line("1", "a", "b").encode() + b"\n\n", "sts-dev.csv:2: found 1 of the 7 columns"),
        ("sts-test.csv", line("1", "a", "b\n").encode() + b"\xff", "sts-test.csv:2: is not UTF-8 text"),
    ],
)
def test_folder_that_is_no_stsbenchmark(folder: Path, name: str, content: bytes | None, reason: str) -> None:
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        prepare(folder, ALL)
    assert f"{folder}: {reason}" in str(caught.value)


def test_no_word_is_frequent_enough(folder: Path) -> None:
    with pytest.raises(DataError, match=r"min_count: 7 leaves no word of the 4 training pairs.* occurs 6 times"):
        prepare(folder, {**ALL, "min_count": 7})


def test_more_pairs_than_there_are(folder: Path) -> None:
    with pytest.raises(DataError, match="test_pairs: 3 is more than there is: the test split has 2 pairs"):
        prepare(folder, {**ALL, "test_pairs": 3})
