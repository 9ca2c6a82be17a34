"""Numbers print themselves with their unit and the decimals that their error leaves a meaning to."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from labreport.documents import pandoc
from labreport.documents.printing import MARKED, Origins, Value, parts, unmarked
from labreport.documents.syntax import Syntax

T, N = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [
        ((0.8459, "fraction", None, 0.0036), rf"84.6{T}\%", r"84.6\%"),
        ((0.8459, "fraction", None, 0.04), rf"85{T}\%", r"85\%"),
        ((0.8459, "fraction", None, 0.0004), rf"84.59{T}\%", r"84.59\%"),
        ((0.8459, "fraction"), rf"84.6{T}\%", r"84.6\%"),
        ((0.8459, "fraction", 0.0034, 0.01), rf"84.6{N}±{N}0.3{T}\%", rf"84.6{N}±{N}0.3\%"),
        ((0.8459, "fraction", 0.0, 0.0036), rf"84.6{N}±{N}0.0{T}\%", rf"84.6{N}±{N}0.0\%"),
        ((1.0, "fraction", None, 2e-5), rf"100{T}\%", r"100\%"),
        ((0.99998, "fraction", None, 2e-5), rf"99.998{T}\%", r"99.998\%"),
        ((-0.0123, "points"), f"−1.2{N}points", f"−1.2{N}个百分点"),
        ((-0.0123, "points", None, 0.02), f"−1{N}point", f"−1{N}个百分点"),
        ((0.5764, "correlation", None, 0.018), "0.58", "0.58"),
        ((0.5764, "correlation"), "0.576", "0.576"),
        ((1.23456, "loss"), "1.235", "1.235"),
        ((30.0, "epochs"), "30", "30"),
        ((17.25, "epochs", 2.5), f"17{N}±{N}3", f"17{N}±{N}3"),
        ((2.13, "times", None, 0.5), f"2.1{N}times", f"2.1{N}倍"),
        ((869.0, "seconds"), f"14{N}min{N}29{N}s", f"14{N}分{N}29{N}秒"),
        ((21282122.0, "count"), "21,282,122", "21,282,122"),
        ((0.001, ""), "0.001", "0.001"),
        ((5e-4, ""), "0.0005", "0.0005"),
        ((128.0, ""), "128", "128"),
        ((math.nan, "fraction"), "–", "–"),
    ],
)
def test_a_value_prints_itself(value, en, zh):
    number, unit, *errors = value
    for lang, expected in (("en", en), ("zh", zh)):
        assert str(Value(number, unit, lang, *errors)) == expected


def test_a_value_is_a_number_in_its_own_unit():
    value = Value(0.8, "fraction", "en", None, 0.01)
    assert value > 0.75
    assert f"{round(value, 1)}" == "0.8"
    assert value == 0.8


@pytest.mark.parametrize(("value", "words"), [(0.0084, "1"), (-0.0084, "−1")])
def test_one_point_is_singular(value, words):
    assert str(Value(value, "points", "en", error=0.02)) == f"{words}{N}point"
    assert str(Value(value, "points", "zh", error=0.02)) == f"{words}{N}个百分点"


def test_differences_are_in_points_and_ratios_in_times():
    one, two = (Value(number, "fraction", "en", None, 0.003) for number in (0.812, 0.8))
    assert str(one - two) == f"1.2{N}points"
    assert str(abs(two - one)) == str(-(two - one)) == f"1.2{N}points"
    assert (one - two).error == pytest.approx(0.003 * 2**0.5)
    assert str(Value(30, "seconds", "zh") / Value(20, "seconds", "zh")) == f"1.5{N}倍"
    assert str(Value(30, "seconds", "en") / 2) == f"15{N}s"
    assert str(Value(30, "count", "en") + Value(20, "count", "en")) == "50"
    assert str(2 * Value(30, "count", "en")) == "60"
    assert str(Value(30, "seconds", "en") / Value(0, "seconds", "en")) == "–"
    assert str(1 - Value(0.1, "fraction", "en")) == rf"90.0{T}\%"


def test_a_value_says_where_it_comes_from():
    origins = Origins()
    one = Value(0.5, "fraction", "zh", what="accuracy of a", runs=("k1", "k2"), origins=origins)
    two = Value(0.25, "fraction", "zh", what="accuracy of b", runs=("k3",), origins=origins)
    text = f"{one} {two} {one - two} {one}"
    assert origins.found == [
        ("accuracy of a", ("k1", "k2")),
        ("accuracy of b", ("k3",)),
        ("accuracy of a; accuracy of b", ("k1", "k2", "k3")),
    ]
    assert unmarked(text) == rf"50.0\% 25.0\% 25.0{N}个百分点 50.0\%"
    assert [found[1] for found in MARKED.finditer(text)] == ["0", "1", "2", "0"]
    assert list(parts(f"a{one}b")) == [(None, "a"), (0, r"50.0\%"), (None, "b")]


def test_a_number_in_a_formula_or_in_code_is_bare():
    origins = Origins()
    marked = origins.mark("0.5", "accuracy of a", ("k1",))
    blocks = Syntax(Path(), origins=origins).explicit(pandoc.parse(f"$a = {marked}$ `{marked}`", "en")["blocks"])
    assert [node["c"][1] for node in blocks[0]["c"] if node["t"] in ("Math", "Code")] == ["a = 0.5", "0.5"]
