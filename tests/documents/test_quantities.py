"""Numbers as the two languages write them."""

from __future__ import annotations

import math

import pytest

from labreport.documents.printing import filters
from labreport.errors import TemplateError

ZH, EN = filters("zh"), filters("en")
THIN = "\u202f"


@pytest.mark.parametrize(
    ("name", "arguments", "zh", "en"),
    [
        ("percent", (0.8459,), r"84.6\%", rf"84.6{THIN}\%"),
        ("percent", (0.8459, 2), r"84.59\%", rf"84.59{THIN}\%"),
        ("percent", (-0.005, 1), r"−0.5\%", rf"−0.5{THIN}\%"),
        ("percent", (-0.0001,), r"0.0\%", rf"0.0{THIN}\%"),
        ("percent", (0.8225,), r"82.3\%", rf"82.3{THIN}\%"),
        ("points", (0.0123,), "1.2", "1.2"),
        ("points", (-0.0123, 2), "−1.23", "−1.23"),
        ("number", (0.69314,), "0.693", "0.693"),
        ("number", (1e-9, 2), "0.00", "0.00"),
        ("number", (math.inf,), "∞", "∞"),
        ("times", (2.13,), "2.1 倍", "2.1 times"),
        ("thousands", (25000,), "25,000", "25,000"),
        ("thousands", (-1234567,), "−1,234,567", "−1,234,567"),
        ("thousands", (999,), "999", "999"),
        ("thousands", (1234.6,), "1,235", "1,235"),
        ("thousands", (2.5,), "3", "3"),
        ("duration", (8.25,), "8.3 秒", "8.3 s"),
        ("duration", (-8.25,), "−8.3 秒", "−8.3 s"),
        ("duration", (-868.96,), "−14 分 29 秒", "−14 min 29 s"),
        ("duration", (14.5,), "15 秒", "15 s"),
        ("duration", (9.97,), "10 秒", "10 s"),
        ("duration", (59.4,), "59 秒", "59 s"),
        ("duration", (59.6,), "1 分", "1 min"),
        ("duration", (868.96,), "14 分 29 秒", "14 min 29 s"),
        ("duration", (3599.5,), "1 小时", "1 h"),
        ("duration", (7501,), "2 小时 5 分", "2 h 5 min"),
    ],
)
def test_both_languages(name, arguments, zh, en):
    assert ZH[name](*arguments).replace("\u00a0", " ") == zh
    assert EN[name](*arguments).replace("\u00a0", " ") == en


@pytest.mark.parametrize("name", ZH)
@pytest.mark.parametrize("nothing", [None, math.nan])
def test_nothing_is_an_en_dash(name, nothing):
    assert ZH[name](nothing) == EN[name](nothing) == "–"


@pytest.mark.parametrize("name", EN)
@pytest.mark.parametrize("wrong", ["0.5", True, [1]])
def test_what_is_no_number_is_refused(name, wrong):
    with pytest.raises(TemplateError, match=f"{name} needs a number"):
        EN[name](wrong)


def test_a_duration_cannot_be_infinite():
    with pytest.raises(TemplateError, match="inf"):
        EN["duration"](math.inf)
