"""STSbenchmark: 8,628 pairs of sentences with scores of similarity (Cer et al. 2017, doi:10.18653/v1/S17-2001).

A line is a pair: genre, file, year, number, score, two sentences, and in some lines two more fields about licences,
with tabs between. Quotation marks are part of the sentences and need not match. What a word is says
`labreport.data.words`. The vocabulary holds the words that occur often enough in the training split, which is the
drawn part of it where only a part is used, by falling frequency; equally frequent words rank alphabetically.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from labreport.data.members import read_members, shown
from labreport.data.prepared import TOP_SCORE, Prepared
from labreport.data.subsets import part
from labreport.data.words import SPECIAL, UNKNOWN, pad, words
from labreport.errors import DataError

FILES = {split: f"sts-{split}.csv" for split in ("train", "dev", "test")}
SCORE, FIRST, SECOND = 4, 5, 6  # columns, from 0
COLUMNS = 7  # at least


def prepare(source: Path, parameters: dict[str, Any]) -> Prepared:
    """Read the archive or its unpacked folder.

    Args:
        source: Stsbenchmark.tar.gz or stsbenchmark, its digest already checked.
        parameters: `train_pairs`, `dev_pairs` and `test_pairs` (how many, None for all), the draw's `seed`, `length`
            (tokens kept of a sentence, its first ones), `min_count` (how often a word of the vocabulary occurs at
            least).

    Returns:
        Token indices int32 (n, 2, length) with padding at the end; lengths int32 (n, 2); scores float32 (n,), 0 to 5.
        Pairs stand in the official order. A sentence without words is one `<unk>`. `unknown` counts the real tokens
        in the arrays and those among them that are `<unk>`.

    Raises:
        DataError: a file is missing or is not UTF-8, a line is no pair with a score, there are fewer pairs than asked
            for, or no word is frequent enough.
    """
    texts, scores = {}, {}
    for split, (sentences, values) in _read(source).items():
        chosen = part(len(values), parameters[f"{split}_pairs"], parameters["seed"], split)
        texts[split] = [[words(text) for text in sentences[index]] for index in chosen]
        scores[split] = np.array(values, np.float32)[chosen]
    vocabulary = SPECIAL + _frequent(texts["train"], parameters["min_count"])
    index = {word: number for number, word in enumerate(vocabulary)}
    arrays: dict[str, Any] = {}
    unknown = {}
    for split, pairs in texts.items():
        rows = [np.array([index.get(word, UNKNOWN) for word in side] or [UNKNOWN]) for pair in pairs for side in pair]
        tokens, lengths = pad(rows, parameters["length"], np.int32)
        unknown[split] = {"tokens": int(lengths.sum()), "unknown": int((tokens == UNKNOWN).sum())}
        arrays[f"{split}_inputs"] = tokens.reshape(len(pairs), 2, -1)
        arrays[f"{split}_lengths"] = lengths.reshape(len(pairs), 2)
        arrays[f"{split}_labels"] = scores[split]
    return Prepared("stsb", [], vocabulary=vocabulary, unknown=unknown, **arrays)


def _read(source: Path) -> dict[str, tuple[list[tuple[str, str]], list[float]]]:
    """Pairs of sentences and their scores by split, in the order of the files."""
    files = dict(read_members(source, tuple(FILES.values())))
    missing = [name for name in FILES.values() if name not in files]
    if missing:
        raise DataError(f"{source}: {', '.join(missing)} missing; fetch the official archive again")
    return {split: _parse(f"{source}: {name}", files[name]) for split, name in FILES.items()}


def _parse(where: str, data: bytes) -> tuple[list[tuple[str, str]], list[float]]:
    try:
        lines = data.decode("utf-8").removesuffix("\n").split("\n")  # splitlines() also breaks inside sentences
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(f"{where}:{line}: is not UTF-8 text ({error}); fetch the official archive again") from error
    sentences, scores = [], []
    for number, row in enumerate(lines, start=1):
        columns = row.split("\t")
        if len(columns) < COLUMNS:
            raise DataError(
                f"{where}:{number}: found {len(columns)} of the {COLUMNS} columns that are needed, with tabs between "
                "(genre, file, year, number, score, two sentences); mend the line or fetch the official archive again"
            )
        scores.append(_score(columns[SCORE], f"{where}:{number}"))
        sentences.append((columns[FIRST], columns[SECOND]))
    return sentences, scores


def _score(text: str, where: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = float("nan")
    if not 0 <= score <= TOP_SCORE:
        raise DataError(
            f"{where}: found the score {shown(text)} in column {SCORE + 1}, allowed is a number from 0 to "
            f"{TOP_SCORE:g}; mend the line or fetch the official archive again"
        )
    return score


def _frequent(pairs: list[list[list[str]]], min_count: int) -> list[str]:
    """The words that occur at least `min_count` times, by falling frequency and then alphabetically."""
    counts = Counter(word for pair in pairs for side in pair for word in side)
    kept = sorted(
        (word for word, count in counts.items() if count >= min_count), key=lambda word: (-counts[word], word)
    )
    if not kept:
        most = max(counts.values(), default=0)
        raise DataError(
            f"min_count: {min_count} leaves no word of the {len(pairs)} training pairs, where the most frequent one "
            f"occurs {most} times; set a smaller min_count or use more train_pairs"
        )
    return kept
