"""What a word is, and rows of token indices: the same for every data set of texts.

A text becomes words like this: `<br />` is dropped, letters are lowered, and a word is a run of letters and digits
that may hold apostrophes inside (`don't`); punctuation goes.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

SPECIAL = ["<pad>", "<unk>"]
UNKNOWN = SPECIAL.index("<unk>")

BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def words(text: str) -> list[str]:
    """The words of a text, in order; see the module for what a word is."""
    return WORD.findall(BREAK.sub(" ", text).lower())


def pad(texts: Sequence[np.ndarray], length: int, dtype: Any) -> tuple[np.ndarray, np.ndarray]:
    """Rows (n, length) of the texts' first tokens with zeros behind them, and int32 (n,) how many are real."""
    lengths = np.array([min(len(text), length) for text in texts], np.int32)
    rows = np.zeros((len(texts), length), dtype)
    for row, text, real in zip(rows, texts, lengths, strict=True):
        row[:real] = text[:real]
    return rows, lengths
