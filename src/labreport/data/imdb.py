"""IMDB reviews: 50,000 labelled texts, one file each (Maas et al. 2011, https://ai.stanford.edu/~amaas/data/sentiment/).

What a word is says `labreport.data.words`. The vocabulary holds the words that are most frequent in the training
split, which is the drawn part of it where only a part is used; equally frequent words rank alphabetically.
"""

import hashlib
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from labreport.data.members import read_members, shown
from labreport.data.prepared import Prepared
from labreport.data.subsets import balanced
from labreport.data.words import SPECIAL, UNKNOWN, pad, words
from labreport.errors import DataError

SPLITS = ("train", "test")
CLASSES = {"neg": "negative", "pos": "positive"}  # in the order of the labels
PATTERNS = tuple(f"{split}/{name}/*.txt" for split in SPLITS for name in CLASSES)  # no train/unsup, no lists of URLs

FILE = re.compile(r"([0-9]{1,9})_[0-9]{1,9}\.txt")


def prepare(source: Path, parameters: dict[str, Any]) -> Prepared:
    """Read the archive or its unpacked folder.

    Args:
        source: aclImdb_v1.tar.gz or aclImdb, its digest already checked.
        parameters: `train_per_class` and `test_per_class` (texts per class, None for all), the draw's `seed`,
            `vocabulary` (words, `<pad>` and `<unk>` included) and `length` (tokens kept of a text, its first ones).

    Returns:
        Token indices uint16, or int32 beyond 65,536 words, (n, length) with padding at the end; lengths int32 (n,);
        labels uint8 (n,). Texts stand by class and then by number. A text without words is one `<unk>`.

    Raises:
        DataError: a split is missing, a text is not UTF-8, or a class has fewer texts than asked for.
    """
    texts, labels = _read(source)
    classes = list(CLASSES.values())
    for split in SPLITS:
        chosen = balanced(
            labels[split],
            classes,
            parameters[f"{split}_per_class"],
            parameters["seed"],
            split,
        )
        texts[split], labels[split] = (
            [texts[split][index] for index in chosen],
            labels[split][chosen],
        )
    vocabulary, numbered = _number(texts, parameters["vocabulary"])
    dtype = np.uint16 if len(vocabulary) <= 1 << 16 else np.int32
    (train, train_lengths), (test, test_lengths) = (
        pad(numbered[split], parameters["length"], dtype) for split in SPLITS
    )
    return Prepared(
        "imdb",
        classes,
        train,
        labels["train"],
        test,
        labels["test"],
        train_lengths,
        test_lengths,
        vocabulary,
    )


def content_digest(folder: Path) -> str:
    """Digest of the labelled reviews in an unpacked folder, whatever else it holds.

    It is the sha256 of one line per review, `HEX  PATH` as `sha256sum` prints it, sorted by path, where the path
    starts with the split and HEX is the sha256 of the file.

    Returns:
        `sha256:` and 64 hexadecimal digits.
    """
    files = sorted((name, hashlib.sha256(data).hexdigest()) for name, data in read_members(folder, PATTERNS))
    lines = "".join(f"{digest}  {name}\n" for name, digest in files)
    return "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


def _read(source: Path) -> tuple[dict[str, list[str]], dict[str, np.ndarray]]:
    """Texts and labels uint8 (n,) by split, ordered by class and number."""
    found: dict[tuple[str, str], dict[int, str]] = {(split, name): {} for split in SPLITS for name in CLASSES}
    for path, data in read_members(source, PATTERNS):
        split, name, file = path.split("/")
        number = FILE.fullmatch(file)
        if number is None or int(number[1]) in found[split, name]:
            raise DataError(
                f"{source}: {shown(path)}: reviews are named NUMBER_RATING.txt, each number once in its folder"
            )
        try:
            found[split, name][int(number[1])] = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise DataError(
                f"{source}: {path}: is not UTF-8 text ({error}); fetch the official archive again"
            ) from error
    for (split, name), reviews in found.items():
        if not reviews:
            raise DataError(f"{source}: no review in {split}/{name}/; fetch the official archive again")
    texts = {
        split: [found[split, name][key] for name in CLASSES for key in sorted(found[split, name])] for split in SPLITS
    }
    sizes = {split: [len(found[split, name]) for name in CLASSES] for split in SPLITS}
    return texts, {split: np.repeat(np.arange(len(CLASSES), dtype=np.uint8), sizes[split]) for split in SPLITS}


def _number(texts: dict[str, list[str]], size: int) -> tuple[list[str], dict[str, list[np.ndarray]]]:
    """The vocabulary, and every text as indices into it (at least one)."""
    first_seen: defaultdict[str, int] = defaultdict()
    first_seen.default_factory = first_seen.__len__
    train = [np.fromiter(map(first_seen.__getitem__, words(text)), np.int32) for text in texts["train"]]
    seen = list(first_seen)
    counts = np.bincount(np.concatenate(train), minlength=len(seen))
    kept = sorted(range(len(seen)), key=lambda index: (-counts[index], seen[index]))[: size - len(SPECIAL)]
    final = np.full(len(seen) + 1, UNKNOWN, np.int32)  # the last place is for words of the test split alone
    final[kept] = np.arange(len(SPECIAL), len(SPECIAL) + len(kept))
    index = dict(first_seen)
    test = [np.array([index.get(word, len(seen)) for word in words(text)], np.int32) for text in texts["test"]]
    unknown = np.array([UNKNOWN], np.int32)
    numbered = {"train": train, "test": test}
    return SPECIAL + [seen[place] for place in kept], {
        split: [final[text] if len(text) else unknown for text in numbered[split]] for split in SPLITS
    }
