from __future__ import annotations

import numpy as np
import pytest

from labreport.data.words import pad, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's GOOD, isn't it?", ["it's", "good", "isn't", "it"]),
        ("one<br />two<br/><BR >three", ["one", "two", "three"]),
        ("'quoted' rock'n'roll o'", ["quoted", "rock'n'roll", "o"]),
        ("Amélie 8/10 well-made_thing", ["amélie", "8", "10", "well", "made", "thing"]),
        ("... <br /> !", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_rows_are_cut_or_filled_with_zeros() -> None:
    rows, lengths = pad([np.array([5, 6, 7]), np.array([8]), np.array([9, 4])], 2, np.uint16)
    assert rows.tolist() == [[5, 6], [8, 0], [9, 4]]
    assert lengths.tolist() == [2, 1, 2]
    assert (rows.dtype, lengths.dtype) == (np.uint16, np.int32)
