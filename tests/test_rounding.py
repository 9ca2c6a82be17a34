"""Halves go away from zero, whatever their binary fraction is."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labreport.rounding import fixed, plain, whole


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (82.25, 1, "82.3"),
        (82.35, 1, "82.4"),
        (-82.25, 1, "-82.3"),
        (100 * 0.5705, 1, "57.1"),
        (2.675, 2, "2.68"),
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (-0.04, 1, "0.0"),
        (1e-300, 2, "0.00"),
        (123456.0, 2, "123456.00"),
        (1e25, 1, "10000000000000000000000000.0"),
    ],
)
def test_halves(value, decimals, text):
    assert fixed(value, decimals) == text


@given(st.integers(-(10**8), 10**8), st.integers(0, 3))
def test_never_further_than_half_a_unit(thousandths, decimals):
    unit = Decimal(1).scaleb(-decimals)
    assert abs(Decimal(fixed(thousandths / 1000, decimals)) - Decimal(thousandths) / 1000) <= unit / 2


def test_a_number_keeps_all_of_its_digits_before_the_point_however_many_there_are():
    assert fixed(1.5e300, 3) == f"15{'0' * 299}.000"


@pytest.mark.parametrize(
    ("value", "decimals", "text"), [(-82.25, 1, "−82.3"), (0.5, 2, "0.50"), (-math.inf, 1, "−∞"), (math.inf, 1, "∞")]
)
def test_readers_get_a_minus_sign(value, decimals, text):
    assert plain(value, decimals) == text


def test_whole_numbers_stand_in_groups_of_three_digits():
    assert [whole(value) for value in (25000, 999.5, -1234567.5)] == ["25,000", "1,000", "−1,234,568"]
