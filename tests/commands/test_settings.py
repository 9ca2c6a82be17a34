"""--config is read as Snakemake reads it."""

from __future__ import annotations

import pytest
from snakemake.cli import parse_config

from labreport.commands.settings import parse_settings
from labreport.errors import DeclarationError

ENTRIES = [
    "scale=lite",
    "seeds=[0,1,2]",
    "seeds='[0, 1]'",
    "seeds=3",
    "raw=../raw",
    "raw=",
    "raw=null",
    "raw=a=b",
    "tensorboard=True",
    "tensorboard=true",
    'lang="en"',
    "rate=1e-4",
    "rate=.5",
    "rate=nan_",
    "some={a: 1, b: [x]}",
    "some={a: ",
    "some=- ",
    "some=: :",
    "two words=1",
]


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_value_is_what_snakemake_makes_of_it(entry):
    try:
        expected = parse_config([entry])
    except ValueError:
        with pytest.raises(DeclarationError, match="--config: found"):
            parse_settings([entry])
    else:
        assert parse_settings([entry]) == expected


def test_the_last_of_two_counts():
    assert parse_settings(["scale=lite", "scale=demo"]) == parse_config(["scale=lite", "scale=demo"])


@pytest.mark.parametrize("entry", ["report/practice1.pdf", "=3", "1scale=lite", "a=1"])
def test_what_is_no_setting_is_refused_with_the_way_out(entry):
    with pytest.raises(ValueError, match=r"Invalid config definition"):
        parse_config([entry])
    with pytest.raises(DeclarationError, match=r"allowed is KEY=VALUE.*targets stand before"):
        parse_settings([entry])
